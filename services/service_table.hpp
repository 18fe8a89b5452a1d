// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/service.hpp"

#include <span>

namespace polyport {

/// The services of polyportd. A new one is a row here.
std::span<service_definition const> builtin_services() noexcept;

} // namespace polyport
