// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/run.hpp"

#include "services/http/cgi/supervisor.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <unistd.h>

namespace polyport::cgi {
namespace {

using time_point = run::time_point;

constexpr std::uint32_t error_lines = 50; // in ten seconds
// Reads of standard error in a row, before others have their turn.
constexpr int error_reads = 8;
// A client that has shut its side within this time of the start may only have said all that it had to say.
constexpr std::chrono::milliseconds youth{1000};
// Others in the group of a program that was told to end may take a moment longer, their parent's wait
// included.
constexpr std::chrono::milliseconds first_look{10};
// A program's end follows that of its output by microseconds, if it follows at all. A busy machine takes
// longer.
constexpr std::chrono::milliseconds end_wait{100};
// Whoever runs for as long as that is looked at; later, when it has run for four times as long.
constexpr std::chrono::milliseconds first_memory_look{100};

time_point after(time_point from, std::chrono::milliseconds time) noexcept
{
    return time.count() > 0 ? from + time : time_point::max();
}

} // namespace

run::run(supervisor& of, readiness& set, process started, std::string program, std::uint64_t connection,
         admission::ticket right)
    : supervisor_(of), program_(std::move(program)), connection_(connection),
      info_{started.pid, program_, std::chrono::steady_clock::now()}, right_(std::move(right)),
      handle_(set, std::move(started.handle)), output_(set, std::move(started.output)),
      errors_(set, std::move(started.errors)), memory_at_(info_.started + first_memory_look),
      error_throttle_(error_lines)
{
    info_.last_activity = info_.started;
    info_.timeout = of.limits_.wall;
    info_.idle_timeout = of.limits_.idle;
    if (started.input)
        input_.emplace(set, std::move(started.input));
    if (started.report)
        start_report_.emplace(set, std::move(started.report));
    // A program prints nothing in its first microseconds: the first wait needs no system call to learn that.
    // What comes, comes with an edge.
    output_.input_drained();
    errors_.input_drained();
    handle_.input_drained();
    if (start_report_)
        start_report_->input_drained();
}

run::~run()
{
    if (waits_for_end_)
        waits_for_end_->discard();
}

void run::watch()
{
    handle_.async_wait(watched::event::readable, [weak = weak_from_this()](outcome waited) {
        auto const self = weak.lock();
        if (self && !waited)
            self->exited();
    });
    wait_for_errors();
}

void run::count_output(std::size_t bytes) noexcept
{
    info_.sent += bytes;
    info_.last_activity = coarse_now();
}

void run::count_input(std::size_t bytes) noexcept
{
    info_.received += bytes;
    info_.last_activity = coarse_now();
}

void run::pause(bool& which, bool waits_for_client) noexcept
{
    bool const waited = std::exchange(which, waits_for_client);
    info_.waits_for_client = output_paused_ || input_paused_;
    if (waited && !waits_for_client) {
        info_.last_activity = coarse_now();
        set_deadline(next_deadline());
    }
}

std::optional<start_failure> run::take_start_report()
{
    auto const failure = read_start_report(start_report_->fd());
    start_report_.reset();
    runs_ = !failure;
    return failure;
}

task<bool> run::was_killed()
{
    if (!exited_ && !waits_for_end_) {
        end_at_ = std::chrono::steady_clock::now() + end_wait;
        set_deadline(end_at_);
        co_await boost::asio::async_initiate<boost::asio::use_awaitable_t<> const, void(outcome)>(
            [](auto handler, run* self) {
                self->waits_for_end_ = detail::handler_waiter<decltype(handler)>::make(std::move(handler));
            },
            boost::asio::use_awaitable, this);
    }
    if (!exited_)
        co_return false;
    co_return ended_by_signal(handle_.fd());
}

void run::stop_waiting_for_end()
{
    end_at_ = time_point::max();
    if (auto* const waiting = std::exchange(waits_for_end_, nullptr))
        output_.set().resume_later(*waiting, {});
}

void run::finish()
{
    if (std::exchange(finished_, true))
        return;
    input_.reset();
    output_.close();
    if (exited_)
        reap_now();
}

void run::give_up(cut why)
{
    if (cut_ == cut::none)
        terminate(why);
}

void run::client_closed()
{
    if (finished_ || cut_ != cut::none)
        return;
    gone_at_ = std::max(coarse_now(), info_.started + youth);
    if (gone_at_ <= coarse_now())
        terminate(cut::client_gone);
    else
        set_deadline(gone_at_);
}

void run::terminate(cut why)
{
    cut_ = why;
    look_at_memory(coarse_now());
    stop_waiting_for_end();
    if (!finished_)
        output_.fail(why == cut::timeout || why == cut::idle ? errc::handler_timeout : errc::killed);
    static_cast<void>(signal_group(info_.pid, SIGTERM));
    kill_at_ = std::chrono::steady_clock::now() + supervisor_.limits_.kill_grace;
    set_deadline(kill_at_);
}

void run::kill()
{
    kill_at_ = time_point::max();
    static_cast<void>(signal_group(info_.pid, SIGKILL));
    if (reaped_)
        leave();
}

void run::leave()
{
    right_ = {};
    supervisor_.forget(*this);
}

// Stays a zombie while its request is not done, so that its group can still be told to end: the number of a
// group without its leader may be given to another.
void run::exited()
{
    exited_ = true;
    stop_waiting_for_end();
    if (finished_)
        return reap_now();
    // The end of its output came before its own end. If it did not, something else holds the pipe.
    if (!output_.peer_closed()) {
        grace_at_ = after(std::chrono::steady_clock::now(), supervisor_.limits_.output_grace);
        set_deadline(grace_at_);
    }
}

void run::reap_now()
{
    auto const keep = shared_from_this();
    auto const report = reap(info_.pid);
    reaped_ = true;
    read_errors();
    if (!error_line_.empty())
        log_error_line(std::exchange(error_line_, {}));
    errors_.close();
    if (report && *report) {
        log_end(**report);
        if (runs_ && supervisor_.on_end_)
            supervisor_.on_end_(*this, **report);
    }
    // Of a group that was told to end, some may still be about to: they have their grace time, too. As long
    // as there is one, the number of the group is nobody else's.
    if (kill_at_ == time_point::max() || !group_exists(info_.pid))
        return leave();
    look_again_at_ = std::chrono::steady_clock::now() + first_look;
    set_deadline(look_again_at_);
}

void run::wait_for_errors()
{
    errors_.async_wait(watched::event::readable, [weak = weak_from_this()](outcome waited) {
        auto const self = weak.lock();
        if (!self || waited)
            return;
        if (self->read_errors())
            self->wait_for_errors();
    });
}

bool run::read_errors()
{
    std::array<char, 4096> buffer;
    for (int i = 0; i < error_reads && errors_.fd() >= 0; ++i) {
        ssize_t const count = ::read(errors_.fd(), buffer.data(), buffer.size());
        if (count > 0) {
            take_errors({buffer.data(), static_cast<std::size_t>(count)});
        } else if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            errors_.input_drained();
            break;
        } else {
            errors_.close();
        }
    }
    return errors_.fd() >= 0;
}

void run::set_deadline(time_point at)
{
    supervisor_.look_at(at);
}

time_point run::next_deadline() const noexcept
{
    if (cut_ != cut::none)
        return std::min(kill_at_, look_again_at_);
    auto next = std::min(after(info_.started, supervisor_.limits_.wall), memory_at_);
    if (finished_)
        return next;
    next = std::min({next, gone_at_, grace_at_, end_at_});
    if (!info_.waits_for_client)
        next = std::min(next, after(info_.last_activity, supervisor_.limits_.idle));
    return next;
}

// Nothing tells when the last of a group has gone whose leader is reaped.
void run::check_end(time_point now)
{
    if (reaped_ && !group_exists(info_.pid))
        return leave();
    if (kill_at_ <= now)
        return kill();
    look_again_at_ = now + std::max<time_point::duration>(first_look, kill_at_ - now) / 4;
}

// What the kernel tells at the end of a program counts what the daemon had in memory at its start.
void run::look_at_memory(time_point now)
{
    memory_at_ = exited_ ? time_point::max()
                         : info_.started +
                               std::max<time_point::duration>(first_memory_look, 4 * (now - info_.started));
    if (!exited_)
        peak_memory_ = std::max(peak_memory_, peak_memory_of(info_.pid));
}

void run::check_deadlines(time_point now)
{
    if (next_deadline() > now)
        return;
    auto const keep = shared_from_this();
    if (cut_ != cut::none)
        return check_end(now);
    if (memory_at_ <= now)
        look_at_memory(now);
    if (end_at_ <= now)
        stop_waiting_for_end();
    if (!finished_ && gone_at_ <= now)
        return terminate(cut::client_gone);
    if (!finished_ && grace_at_ <= now) {
        grace_at_ = time_point::max();
        return output_.fail(errc::end_of_stream);
    }
    if (next_deadline() > now)
        return;
    bool const too_old = after(info_.started, supervisor_.limits_.wall) <= now;
    terminate(too_old ? cut::timeout : cut::idle);
}

} // namespace polyport::cgi
