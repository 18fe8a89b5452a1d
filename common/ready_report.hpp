// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/socket_address.hpp"

#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace polyport {

struct ready_endpoint {
    std::string service;
    std::string transport; ///< "tcp", "udp", "unix" or "unixgram"
    socket_address address;
};

/// The launch contract: one line of JSON with its newline,
/// {"pid":…,"version":…,"endpoints":[{"service":…,"transport":…,"address":…,"port":…} or {…,"path":…}]}.
/// An abstract UNIX name is a path that begins with '@'.
std::string ready_report(pid_t pid, std::string_view version, std::span<ready_endpoint const> endpoints);

/// Puts the text in place in one step (rename), so that whoever waits for the file never reads half of it.
/// Throws start_error, and leaves nothing behind, when that fails.
void write_ready_file(std::string const& path, std::string_view text);

/// Removes the report of a process that is gone, which was killed: whoever waits for the file would take it
/// for ours. What a live process has written there, and what is no report, stays.
void remove_stale_ready_file(std::string const& path);

/// Writes all of the text, then closes the descriptor. Throws start_error when it cannot be written.
void write_ready_fd(int fd, std::string_view text);

} // namespace polyport
