// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/daemon_control.hpp"
#include "common/runtime.hpp"
#include "common/task.hpp"
#include "services/admin/query.hpp"
#include "services/admin/rights.hpp"
#include "services/http/exchange.hpp"

#include <cstdint>
#include <vector>

namespace polyport::admin {

/// One request to the control interface, once it is known who asks, and for what.
struct call {
    runtime& owner;
    http::exchange& x;
    std::vector<parameter> parameters;
    std::uint64_t id = 0; ///< of /connections/ID

    daemon_control& control() const noexcept { return *owner.control(); }
};

/// Answers one request; false if the response could not be sent whole.
using call_handler = task<bool> (*)(call&);

/// What a route does with the query of a request.
enum class query_use : std::uint8_t {
    none,    ///< there must be none
    read,    ///< it reads its own, and refuses others
    ignored, ///< whatever stands there
};

/// One row of the interface.
struct route {
    std::string_view method;
    std::string_view path; ///< `/connections/*` takes a number
    right needed;
    call_handler answer;
    query_use parameters = query_use::none;
};

// connections.cpp
task<bool> list_connections(call& c);
task<bool> show_connection(call& c);
task<bool> end_connection(call& c);
task<bool> end_connections(call& c);

// flows.cpp
task<bool> list_flows(call& c);

// counts.cpp
task<bool> show_stats(call& c);
task<bool> show_metrics(call& c);
void append_stats(std::string& out, runtime& owner);

// daemon_state.cpp
task<bool> show_health(call& c);
task<bool> show_readiness(call& c);
task<bool> show_configuration(call& c);
task<bool> show_log_level(call& c);
task<bool> set_log_level(call& c);
task<bool> begin_drain(call& c);
task<bool> reopen_logs(call& c);

// events.cpp
task<bool> stream_events(call& c);

// page.cpp
task<bool> show_page(call& c);

} // namespace polyport::admin
