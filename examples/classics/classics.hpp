// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include <polyport/service_definition.hpp>

// Each service, over TCP and over UDP.
std::span<polyport::service_definition const> echo_services();
std::span<polyport::service_definition const> discard_services();
std::span<polyport::service_definition const> daytime_services();
std::span<polyport::service_definition const> chargen_services();
