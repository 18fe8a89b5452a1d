// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/exit_status.hpp"

#include <span>
#include <string>

namespace polyport::client {

/// `polyport send`: one request, the whole reply.
exit_status run_send(std::span<std::string const> arguments);
std::string send_help();

} // namespace polyport::client
