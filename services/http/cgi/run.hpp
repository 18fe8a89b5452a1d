// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"
#include "common/error.hpp"
#include "common/log_throttle.hpp"
#include "common/readiness.hpp"
#include "services/http/cgi/admission.hpp"
#include "services/http/cgi/process.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace polyport::cgi {

class supervisor;

/// Why a program was told to end.
enum class cut : std::uint8_t {
    none,        ///< it was not
    client_gone, ///< nobody is there to have its answer
    timeout,     ///< http-cgi-timeout
    idle,        ///< http-cgi-idle-timeout
    bad_output,  ///< its header could not be used
    bad_input,   ///< the request's body could not be read
    shutdown,    ///< the daemon stops
};

std::string_view to_string(cut value) noexcept;

/// One run of a program, from its start until it is reaped. The supervisor keeps it; the request that it
/// answers has it as well, until that is done: finish() or give_up().
class run : public std::enable_shared_from_this<run> {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Throws std::system_error if its descriptors cannot be watched.
    run(supervisor& of, readiness& set, process started, std::string program, std::uint64_t connection,
        admission::ticket right);
    run(run const&) = delete;
    run& operator=(run const&) = delete;

    /// Begins to watch for its end and its errors. Once, when it is in the supervisor's hands.
    void watch();

    // For the request.

    watched& output() noexcept { return output_; }
    /// Null if standard input is /dev/null, or was closed.
    watched* input() noexcept { return input_ ? &*input_ : nullptr; }
    /// Its input has come to its end.
    void close_input() noexcept { input_.reset(); }

    void count_output(std::size_t bytes) noexcept;
    void count_input(std::size_t bytes) noexcept;
    /// While the client is waited for, the program is not idle.
    void pause(bool waits_for_client) noexcept;

    /// The request has its answer. The program may go on, within its time; what it still prints goes nowhere.
    void finish();
    /// The answer is wanted no more: TERM to its whole group, later KILL. Whoever waits for its output is
    /// told.
    void give_up(cut why);
    /// The client has shut its side. As long as the program is young that may be all that it wanted to say
    /// (nc does so), later it means that nobody waits any more.
    void client_closed();

    /// What was wrong with its output; for the log.
    void set_problem(std::string text) { problem_ = std::move(text); }
    cut was_cut() const noexcept { return cut_; }

    // For the table.

    /// Lives as long as the run.
    process_info const& info() const noexcept { return info_; }
    std::uint64_t connection() const noexcept { return connection_; }
    bool outlives_request() const noexcept { return finished_; }

private:
    friend class supervisor;

    void exited();
    void reap_now();
    void log_end(exit_report const& report);
    bool read_errors();
    void wait_for_errors();
    void take_errors(std::string_view text);
    void log_error_line(std::string_view line);
    void terminate(cut why);
    void kill();
    void leave();
    void set_deadline(time_point at);
    time_point next_deadline() const noexcept;
    void check_deadlines(time_point now);
    void check_end(time_point now);

    supervisor& supervisor_;
    std::string const program_;
    std::uint64_t const connection_;
    process_info info_;
    admission::ticket right_;
    watched handle_;
    watched output_;
    watched errors_;
    std::optional<watched> input_;

    time_point last_activity_;
    time_point gone_at_ = time_point::max();       ///< when a client that has closed counts as gone
    time_point grace_at_ = time_point::max();      ///< when output that others keep open counts as ended
    time_point kill_at_ = time_point::max();       ///< SIGKILL
    time_point look_again_at_ = time_point::max(); ///< whether the rest of the group has gone
    std::string problem_;
    std::string error_line_; ///< the beginning of a line of standard error
    log_throttle error_throttle_;
    cut cut_ = cut::none;
    bool paused_ = false;
    bool finished_ = false;
    bool exited_ = false;
    bool reaped_ = false; ///< its group is not gone yet
};

} // namespace polyport::cgi
