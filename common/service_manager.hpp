// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace polyport {

/// Tells the service manager the state, as in sd_notify(3): lines like "READY=1", "STOPPING=1", "STATUS=…".
/// One datagram to the socket that NOTIFY_SOCKET names. False when there is no such variable. Never blocks.
result<bool> notify_service_manager(std::string_view state);

/// How often the service manager wants to hear WATCHDOG=1 at least, as in sd_watchdog_enabled(3): of
/// WATCHDOG_USEC, if it is meant for this process. Nothing if it does not wait for it.
std::optional<std::chrono::microseconds> watchdog_interval();

/// "RELOADING=1" with the MONOTONIC_USEC that Type=notify-reload wants.
std::string reloading_state();

} // namespace polyport
