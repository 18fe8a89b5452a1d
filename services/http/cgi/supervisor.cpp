// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/supervisor.hpp"

#include "common/connection.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/wait.h>

namespace polyport::cgi {
namespace {

using time_point = std::chrono::steady_clock::time_point;

// Lines of standard error of all programs in ten seconds.
constexpr std::uint32_t error_lines = 500;

// As many as can be in exec at a time. One more than processors are there gains nothing.
std::size_t start_thread_count() noexcept
{
    return std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
}

} // namespace

supervisor::supervisor(boost::asio::io_context& context, readiness& set, logger& log,
                       launch_settings const& settings, run_limits const& limits,
                       admission::limits const& most)
    : context_(context), set_(set), log_(log), limits_(limits), launcher_(settings),
      threads_(context, set, settings, start_thread_count()), admission_(set, most),
      error_throttle_(error_lines)
{
}

supervisor::~supervisor() = default;

boost::system::result<std::shared_ptr<run>, start_failure>
supervisor::start(launch const& what, std::string program, std::uint64_t connection, admission::ticket right)
{
    return adopt(launcher_.start(what), std::move(program), connection, std::move(right));
}

task<boost::system::result<std::shared_ptr<run>, start_failure>>
supervisor::start_beside(launch const& what, std::string program, std::uint64_t connection,
                         admission::ticket right)
{
    start_threads::job one{what, {}, nullptr};
    co_await threads_.async_start(one, boost::asio::use_awaitable);
    co_return adopt(std::move(*one.result), std::move(program), connection, std::move(right));
}

boost::system::result<std::shared_ptr<run>, start_failure> supervisor::adopt(start_result started,
                                                                             std::string program,
                                                                             std::uint64_t connection,
                                                                             admission::ticket right)
{
    if (!started)
        return started.error();
    pid_t const pid = started->pid;
    try {
        auto made = std::make_shared<run>(*this, set_, std::move(*started), std::move(program), connection,
                                          std::move(right));
        runs_.push_back(made);
        made->watch();
        look_at(made->next_deadline());
        return made;
    } catch (std::system_error const& error) { // no room in the epoll set
        static_cast<void>(signal_group(pid, SIGKILL));
        ::waitpid(pid, nullptr, 0);
        return start_failure{{error.code().value(), boost::system::system_category()},
                             start_failure::step::pipes};
    }
}

// A program whose answer is complete may take a moment to end, and is no other.
bool supervisor::has_others() const noexcept
{
    if (!threads_.usable())
        return false;
    return threads_.busy() ||
           std::any_of(runs_.begin(), runs_.end(), [](auto const& one) { return !one->outlives_request(); });
}

void supervisor::look_at(time_point at)
{
    if (at >= armed_)
        return;
    armed_ = at;
    if (!timer_)
        timer_.emplace(context_);
    timer_->expires_at(at);
    timer_->async_wait([this](error_code error) {
        if (!error)
            sweep();
    });
}

void supervisor::sweep()
{
    armed_ = time_point::max();
    auto const now = std::chrono::steady_clock::now();
    // A look may reap, and so remove, runs.
    auto const all = runs_;
    auto next = admission_.expire(now);
    for (auto const& one : all) {
        one->check_deadlines(now);
        next = std::min(next, one->next_deadline());
    }
    if (next != time_point::max())
        look_at(next);
}

void supervisor::log_table() const
{
    auto const now = coarse_now();
    for (auto const& one : runs_) {
        auto const& info = one->info();
        auto const age = std::chrono::duration_cast<std::chrono::milliseconds>(now - info.started);
        log_.info("cgi-program",
                  {{"program", info.program},
                   {"pid", info.pid},
                   {"age", static_cast<double>(std::max<std::int64_t>(age.count(), 0)) / 1000},
                   {"in", info.received},
                   {"out", info.sent},
                   {"outlives-request", one->outlives_request()},
                   {"ending", to_string(one->was_cut())}},
                  one->connection());
    }
    log_.info("cgi-programs", {{"running", admission_.running()}, {"waiting", admission_.waiting()}});
}

void supervisor::forget(run& ended)
{
    auto const found =
        std::find_if(runs_.begin(), runs_.end(), [&](auto const& one) { return one.get() == &ended; });
    if (found == runs_.end())
        return;
    std::swap(*found, runs_.back());
    runs_.pop_back();
    if (runs_.empty() && empty_)
        empty_->cancel();
}

task<> supervisor::stop()
{
    auto const all = runs_;
    for (auto const& one : all)
        one->give_up(cut::shutdown);
    while (!runs_.empty()) {
        // SIGKILL comes by the sweep; one more second, for a program that the kernel cannot end yet.
        empty_.emplace(context_, limits_.kill_grace + std::chrono::seconds(1));
        auto const [woken] = co_await empty_->async_wait(as_tuple_awaitable);
        if (!woken)
            break;
    }
    if (!runs_.empty())
        log_.error("cgi-left", {{"programs", runs_.size()}, {"reason", "they did not end by SIGKILL"}});
    threads_.stop();
    runs_.clear();
    empty_.reset();
    timer_.reset();
}

} // namespace polyport::cgi
