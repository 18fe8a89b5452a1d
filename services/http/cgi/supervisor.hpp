// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/log.hpp"
#include "common/log_throttle.hpp"
#include "common/readiness.hpp"
#include "common/task.hpp"
#include "services/http/cgi/admission.hpp"
#include "services/http/cgi/launcher.hpp"
#include "services/http/cgi/run.hpp"
#include "services/http/cgi/start_failure.hpp"
#include "services/http/cgi/start_threads.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace polyport::cgi {

/// Limits of every run; 0 is no limit.
struct run_limits {
    std::chrono::milliseconds wall{60'000};      ///< from the start
    std::chrono::milliseconds idle{30'000};      ///< without a byte either way
    std::chrono::milliseconds kill_grace{2'000}; ///< from SIGTERM to SIGKILL
    /// How long output counts as open after the program's exit, when something else holds it.
    std::chrono::milliseconds output_grace{500};
};

/// Has every program that runs: starts them, ends them when their time is over, reaps them.
class supervisor {
public:
    /// All that is given by reference outlives stop().
    supervisor(boost::asio::io_context& context, readiness& set, logger& log, launch_settings const& settings,
               run_limits const& limits, admission::limits const& most);
    supervisor(supervisor const&) = delete;
    supervisor& operator=(supervisor const&) = delete;
    /// stop() has completed, or no program was ever started.
    ~supervisor();

    admission& rights() noexcept { return admission_; }

    /// Called for each program that was reaped, with how it ended.
    using end_function = std::function<void(run const&, exit_report const&)>;
    void on_end(end_function call) { on_end_ = std::move(call); }

    /// Starts a program for a connection. `right` is a ticket of rights().
    /// Waits in the loop's thread until it is executed, which is the quickest way for the one program alone.
    boost::system::result<std::shared_ptr<run>, start_failure>
    start(launch const& what, std::string program, std::uint64_t connection, admission::ticket right);
    /// The same on a thread beside, so that several are started at a time. `what` lives until it is done.
    task<boost::system::result<std::shared_ptr<run>, start_failure>>
    start_beside(launch const& what, std::string program, std::uint64_t connection, admission::ticket right);
    /// Which of them is to be taken: whether others work on an answer, or wait for their start.
    bool has_others() const noexcept;

    /// All that run, for the table.
    std::vector<std::shared_ptr<run>> const& all() const noexcept { return runs_; }
    /// Writes one record for each to the log.
    void log_table() const;

    /// Looks at every deadline not later than at `at`.
    void look_at(std::chrono::steady_clock::time_point at);

    /// Ends every program and reaps it. Takes no longer than the grace time before SIGKILL, and what the
    /// kernel needs.
    task<> stop();

private:
    friend class run;

    boost::system::result<std::shared_ptr<run>, start_failure>
    adopt(start_result started, std::string program, std::uint64_t connection, admission::ticket right);
    void sweep();
    void arm();
    void forget(run& ended);

    boost::asio::io_context& context_;
    readiness& set_;
    logger& log_;
    run_limits const limits_;
    launcher launcher_;
    start_threads threads_;
    admission admission_;
    end_function on_end_;
    std::vector<std::shared_ptr<run>> runs_;
    std::optional<boost::asio::steady_timer> timer_;
    std::chrono::steady_clock::time_point armed_ = std::chrono::steady_clock::time_point::max();
    std::optional<boost::asio::steady_timer> empty_; ///< cancelled when the last program is reaped
    log_throttle error_throttle_;
};

} // namespace polyport::cgi
