// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tests/integration/process.hpp"
#include "tests/integration/sockets.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace polyport::integration {

/// The program under test: the environment variable POLYPORTD, or the one of this build.
std::string daemon_program();
/// The same for the client: POLYPORT.
std::string client_program();

/// One record of the daemon's log; a line that is no JSON object has only its text.
struct log_line {
    std::string text;
    boost::json::object fields;

    std::string field(std::string_view name) const; ///< as text; "" when it is not there
    std::string event() const { return field("event"); }
    std::string level() const { return field("level"); }
};

/// What the daemon's standard error says, read by a thread of its own so that the daemon never waits for us.
class log_capture {
public:
    explicit log_capture(unique_fd from);
    ~log_capture();

    /// Stops at the end of the stream; returns once everything is read.
    void finish();
    std::vector<log_line> lines() const;
    std::string text() const;
    /// The first line that fits, waiting for it; nothing once `limit` is over or the stream has ended.
    std::optional<log_line> wait_for(std::function<bool(log_line const&)> const& fits,
                                     milliseconds limit = patience) const;
    std::size_t count(std::string_view event) const;
    bool wait_for_count(std::string_view event, std::size_t wanted) const;

private:
    void read_all();

    unique_fd from_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<log_line> lines_;
    bool ended_ = false;
    std::thread reader_;
};

/// A real polyportd, started with the launch contract and stopped by SIGTERM.
/// On destruction it must drain, exit with 0, have logged no error, and leave no sanitizer report.
class daemon_process {
public:
    /// Adds --ready-fd, --log-format json and --log-level info, then starts and waits until it is ready.
    /// Throws with the captured log when it never is.
    explicit daemon_process(std::vector<std::string> arguments, launch_options options = {});
    daemon_process(daemon_process const&) = delete;
    daemon_process& operator=(daemon_process const&) = delete;
    ~daemon_process();

    pid_t pid() const noexcept { return child_->pid(); }
    boost::json::object const& ready() const noexcept { return ready_; }
    std::string const& ready_text() const noexcept { return ready_text_; }
    /// Of the n-th endpoint of that service, as the launch report names it.
    std::uint16_t port(std::string_view service, std::size_t n = 0) const;
    boost::json::object const& endpoint(std::string_view service, std::size_t n = 0) const;

    log_capture const& log() const noexcept { return *log_; }
    void signal(int number) const { child_->signal(number); }
    /// Stops it where it is, until let_go(): what is sent meanwhile comes all at once.
    void hold() const;
    void let_go() const { signal(SIGCONT); }
    std::optional<int> wait(milliseconds limit = patience) { return child_->wait(limit); }
    /// SIGTERM, then the exit status; the log is complete afterwards.
    int stop();
    /// The test expects records of level error, or another status than 0.
    void expect_errors() noexcept { errors_expected_ = true; }
    void expect_status(int status) noexcept { status_expected_ = status; }

    std::vector<std::string> descriptors() const { return open_files(pid()); }
    double processor_seconds() const { return integration::processor_seconds(pid()); }

private:
    void read_report(unique_fd const& from);

    std::optional<child_process> child_;
    std::unique_ptr<log_capture> log_;
    boost::json::object ready_;
    std::string ready_text_;
    int status_expected_ = 0;
    bool errors_expected_ = false;
};

/// Checks in its destructor that the daemon holds as many sockets, pipes and the like as when it was made.
/// Files may stay open, for there is a bounded cache of them. Put it behind the daemon and before the
/// clients, so that these are closed when it looks.
class descriptor_check {
public:
    explicit descriptor_check(daemon_process const& of) : of_(of), before_(count()) {}
    descriptor_check(descriptor_check const&) = delete;
    descriptor_check& operator=(descriptor_check const&) = delete;
    ~descriptor_check();

private:
    std::size_t count() const;

    daemon_process const& of_;
    std::size_t const before_;
};

/// Runs the daemon with arguments that it must refuse, and returns what it said.
outcome refused_start(std::vector<std::string> const& arguments, launch_options options = {});

} // namespace polyport::integration
