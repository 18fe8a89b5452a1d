// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"
#include "common/event_hub.hpp"
#include "common/metrics.hpp"
#include "services/http/cgi/admission.hpp"
#include "services/http/cgi/process.hpp"
#include "services/http/cgi/run.hpp"
#include "services/http/status.hpp"

#include <array>
#include <chrono>
#include <cstddef>

namespace polyport::cgi {

/// What is counted of programs, and told to those who watch the events.
class program_metrics {
public:
    using duration = std::chrono::steady_clock::duration;

    /// All outlive it.
    program_metrics(metrics_registry& to, event_hub& events, admission const& rights);

    /// A request has had its turn, after so long.
    void waited(duration time) noexcept;
    void started(connection const& by, process_info const& program);
    /// Its request is done, with this status (0: nothing was answered), so long after the program's start.
    void answered(http::status code, duration time) noexcept;
    /// The program has ended, which may be later.
    void ended(run const& program, exit_report const& how);

private:
    static constexpr std::size_t classes = 6; // none, 1xx to 5xx

    event_hub& events_;
    histogram& waits_;
    counter& started_;
    std::array<histogram*, classes> durations_{};
};

} // namespace polyport::cgi
