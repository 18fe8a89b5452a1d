// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/exit_status.hpp"

#include <span>
#include <string>
#include <string_view>

namespace polyport::client {

/// One of the things that polyport does. A new one is a file pair and a row in command.cpp.
struct command {
    std::string_view name;
    std::string_view summary;
    exit_status (*run)(std::span<std::string const> arguments); ///< those behind the command's name
    std::string (*help)();
};

std::span<command const> commands() noexcept;

/// nullptr: there is none of that name.
command const* find_command(std::string_view name) noexcept;

/// Prints to standard output; a failure to do so is reported.
exit_status print(std::string_view text);

/// Reports what was used wrongly, with the way to the help of that command ("": of all).
exit_status misused(std::string_view command, std::string_view sentence);

} // namespace polyport::client
