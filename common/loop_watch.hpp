// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/log_settings.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <string>

namespace polyport {

class readiness;
struct loop_progress;

/// Tells of a handler that does not give the loop back at all, which the loop itself cannot: the signal of a
/// timer looks whether it has got on since the last one. When the loop is idle the timer stops, and the next
/// turn starts it again, so that an idle daemon is not woken. (A thread could look, too; but a process of one
/// thread pays less for each system call.)
///
/// Belongs to the thread that runs the loop, and is made on it. One at a time in a process: it uses SIGRTMIN.
class loop_watch {
public:
    static constexpr std::chrono::milliseconds default_period{1000};

    /// Both outlive it. A loop that has not got on for a period or two is reported, and then more and more
    /// rarely. Where the kernel gives no timer, nothing is watched.
    loop_watch(readiness& set, log_settings const& log, std::chrono::milliseconds period = default_period);
    loop_watch(loop_watch const&) = delete;
    loop_watch& operator=(loop_watch const&) = delete;
    ~loop_watch();

    /// The loop begins a turn.
    void loop_runs() noexcept
    {
        if (!ticking_.load(std::memory_order_relaxed))
            begin();
    }

private:
    void begin() noexcept;
    void tick() noexcept;
    bool set_timer(std::chrono::milliseconds period) noexcept;
    void report(std::uint64_t periods) const noexcept;
    static void on_signal(int number, siginfo_t* info, void* context);

    readiness& set_;
    loop_progress const& progress_;
    std::string const file_; ///< empty: standard error
    log_format const format_;
    std::chrono::milliseconds const period_;
    timer_t timer_{};
    bool has_timer_ = false;
    std::atomic<bool> ticking_{false};
    // Of the signal handler alone.
    std::uint64_t seen_ = 0;
    std::uint64_t periods_ = 0;
    std::uint64_t next_report_ = 0;
};

} // namespace polyport
