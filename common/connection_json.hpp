// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"
#include "common/flow_table.hpp"
#include "common/json_writer.hpp"

namespace polyport {

/// The members of one connection, into an object that is open: who it is (id, service, transport, local,
/// remote, credentials).
void append_identity(json_writer& json, connection const& c);

enum class kernel_view : bool { leave_out, ask };

/// Identity, state, counters and, if asked, what the kernel knows of it (TCP_INFO: one system call). Times
/// are in seconds.
void append_connection(json_writer& json, connection const& c, connection::time_point now, kernel_view tcp);

/// The members of one flow.
void append_flow(json_writer& json, flow const& f, connection::time_point now);

/// {"address":…,"port":…}, {"path":…} (an abstract name begins with '@'), or null.
void append_address(json_writer& json, socket_address const& address);

/// A duration in seconds, to the millisecond.
double seconds(connection::time_point::duration time) noexcept;

} // namespace polyport
