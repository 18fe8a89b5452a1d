// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/exit_status.hpp"

#include <span>
#include <string>

namespace polyport::client {

/// `polyport chat`: line by line, until `q`, `exit`, the end of the input, or of the other side.
exit_status run_chat(std::span<std::string const> arguments);
std::string chat_help();

} // namespace polyport::client
