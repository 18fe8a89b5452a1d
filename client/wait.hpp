// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include <poll.h>

namespace polyport::client {

/// poll(2) rather than epoll: it takes terminals, pipes, sockets and regular files alike.

using clock = std::chrono::steady_clock;
using milliseconds = std::chrono::milliseconds;

/// Nothing: for ever.
using deadline = std::optional<clock::time_point>;

deadline after(std::optional<milliseconds> span);
deadline sooner(deadline a, deadline b);

/// Waits until a descriptor is ready (its `revents` say for what) or the deadline has come: false then.
/// Interrupted calls go on with the time that is left. Throws std::system_error when poll cannot work at all.
bool wait_any(std::span<pollfd> set, deadline until);

/// The same for one descriptor; an error on it counts as ready.
bool wait_for(int fd, short events, deadline until);

/// Writes everything, whatever kind of descriptor it is and however long it takes; returns 0 or the errno.
int write_all(int fd, std::string_view bytes);

} // namespace polyport::client
