// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"
#include "common/flow_table.hpp"
#include "common/log.hpp"

namespace polyport {

/// The records of a connection's life. `opened` and `closed` are info.
void log_opened(logger& log, connection const& c);
void log_closed(logger& log, connection const& c) noexcept;

/// One record `connection` with everything known of it, TCP_INFO asked for now (for SIGUSR1).
void log_connection(logger& log, connection const& c);
/// One record `flow`.
void log_flow(logger& log, flow const& f, std::chrono::steady_clock::time_point now);

} // namespace polyport
