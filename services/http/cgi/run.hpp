// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"
#include "common/error.hpp"
#include "common/log_throttle.hpp"
#include "common/readiness.hpp"
#include "common/task.hpp"
#include "services/http/cgi/admission.hpp"
#include "services/http/cgi/process.hpp"
#include "services/http/cgi/start_failure.hpp"

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
    killed,      ///< the operator has ended its connection
    drained,     ///< the time to drain was over
    not_taken,   ///< its client has not read for too long
    timeout,     ///< http-cgi-timeout
    idle,        ///< http-cgi-idle-timeout
    bad_output,  ///< its header could not be used
    bad_input,   ///< the request's body could not be read
    shutdown,    ///< the daemon stops
};

std::string_view to_string(cut value) noexcept;

/// What the end of its connection means for a program.
cut cut_by(error_code end_of_connection) noexcept;

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
    ~run();

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
    /// While the client is waited for, the program is not idle: to take output, …
    void pause_output(bool waits_for_client) noexcept { pause(output_paused_, waits_for_client); }
    /// … or to send input.
    void pause_input(bool waits_for_client) noexcept { pause(input_paused_, waits_for_client); }

    /// Whether the program runs is known only when this is readable; null if it is known already.
    watched* start_report() noexcept { return start_report_ ? &*start_report_ : nullptr; }
    /// Why it does not run; nothing if it does. Once, when start_report() is readable.
    std::optional<start_failure> take_start_report();

    /// Whether a signal has ended it. To be asked at the end of its output, which comes a moment before its
    /// own: that is waited for. False if it goes on.
    task<bool> was_killed();

    /// The response to its request, for those who are told of its end.
    void note_status(unsigned code) noexcept { status_ = code; }
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
    /// Of the response; 0: none was begun.
    unsigned status() const noexcept { return status_; }
    /// Why it was told to end, or what was wrong with it; empty: nothing.
    std::string_view trouble() const noexcept;
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
    void pause(bool& which, bool waits_for_client) noexcept;
    void stop_waiting_for_end();
    void look_at_memory(time_point now);
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
    std::optional<watched> start_report_;
    waiter* waits_for_end_ = nullptr; ///< see was_killed()

    time_point memory_at_;                         ///< when to look at its memory next
    time_point gone_at_ = time_point::max();       ///< when a client that has closed counts as gone
    time_point grace_at_ = time_point::max();      ///< when output that others keep open counts as ended
    time_point kill_at_ = time_point::max();       ///< SIGKILL
    time_point look_again_at_ = time_point::max(); ///< whether the rest of the group has gone
    time_point end_at_ = time_point::max();        ///< when its end is waited for no longer
    std::string problem_;
    unsigned status_ = 0;
    std::string error_line_; ///< the beginning of a line of standard error
    log_throttle error_throttle_;
    std::uint64_t errors_held_back_ = 0; ///< lines of standard error that are not in the log
    std::uint64_t errors_told_ = 0;      ///< how many of them the log knows of
    std::uint64_t peak_memory_ = 0;      ///< bytes, as far as looked at; 0: not yet
    cut cut_ = cut::none;
    bool output_paused_ = false;
    bool input_paused_ = false;
    bool runs_ = true; ///< false: it could not be started, which was found out late
    bool finished_ = false;
    bool exited_ = false;
    bool reaped_ = false; ///< its group is not gone yet
};

} // namespace polyport::cgi
