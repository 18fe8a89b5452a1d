// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace polyport {

enum class urgency : std::uint8_t {
    collect,     ///< may wait for others, so that they share one write
    at_once,     ///< written without delay
    beyond_limit ///< at once, and even if the queue is full: for the one line that tells of it
};

struct line_writer_settings {
    std::string option; ///< named in sentences: "log-file"
    std::string path;   ///< empty: standard error; "-": standard output
    std::size_t max_lines = 8192;
    std::size_t max_bytes = std::size_t{4} << 20;
    std::size_t block_bytes = std::size_t{64} << 10; ///< written without delay once so much waits
    std::chrono::milliseconds delay{50};             ///< at most so long a line waits for others
    std::chrono::milliseconds idle_for{100};         ///< without a line, then the thread ends
};

/// Writes lines to a file or a pipe with a thread of its own. What waits is bounded in lines and bytes;
/// beyond that, and when writing fails, lines are dropped and counted. The callers share one buffer and wake
/// the thread once for each block, not for each line (measured with 1 ms between two lines: a wake for each
/// costs the caller 8 µs; collecting them 1 µs). The thread begins with a line and ends when none has come
/// for a while: a process of one thread pays less for each system call (measured: 3 % of the rate of small
/// messages).
class line_writer {
public:
    /// Throws start_error.
    explicit line_writer(line_writer_settings settings);

    /// Writes what waits, for at most a second if the other end takes nothing.
    ~line_writer();

    line_writer(line_writer const&) = delete;
    line_writer& operator=(line_writer const&) = delete;

    /// Calls fill(std::string& out), which appends `lines` whole lines and must not throw, with the writer's
    /// lock held: state that only fill functions touch needs no other. False when the line was dropped.
    template <class Fill>
    bool append(urgency how, Fill&& fill)
    {
        std::unique_lock lock(mutex_);
        if (how != urgency::beyond_limit &&
            (waiting_lines_ >= settings_.max_lines || waiting_.size() >= settings_.max_bytes)) {
            dropped_.fetch_add(1, std::memory_order_relaxed);
            return false;
        }
        fill(waiting_);
        ++waiting_lines_;
        ++appended_;
        if (state_ == state::ended)
            start_thread();
        bool const hurry = how != urgency::collect || waiting_.size() >= settings_.block_bytes;
        if (state_ == state::idle || (hurry && state_ == state::collecting)) {
            hurry_ = hurry_ || hurry;
            state_ = state::awake;
            lock.unlock();
            wake_.notify_one();
        } else if (hurry) {
            hurry_ = true;
        }
        return true;
    }

    /// Opens the file of that name anew for the lines from now on; keeps the old one when that fails. Nothing
    /// to do for standard error and output.
    checked<void> reopen();

    std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

    /// Waits until the lines so far are written or lost. False when `limit` has passed before.
    bool flush(std::chrono::milliseconds limit = std::chrono::seconds(2));

private:
    /// What the thread does: nothing, for there is none; wait for a first line, wait for more, or anything
    /// that needs no waking.
    enum class state : std::uint8_t { ended, idle, collecting, awake };

    void start_thread() noexcept;
    void run();
    void write_block(std::string_view block);
    bool wait_writable() const;
    bool out_of_time() const noexcept;

    line_writer_settings settings_;

    std::mutex mutex_; // guards all as far as stop_
    std::condition_variable wake_;
    std::condition_variable written_changed_;
    std::string waiting_;
    std::size_t waiting_lines_ = 0;
    std::uint64_t appended_ = 0;
    std::uint64_t written_ = 0;
    state state_ = state::ended;
    bool hurry_ = false;
    unique_fd next_fd_;
    bool stop_ = false;

    std::atomic<std::uint64_t> dropped_ = 0;
    std::atomic<std::int64_t> give_up_at_; // steady clock; the thread stops trying then

    unique_fd fd_; // from here on the thread's own
    bool may_block_ = false;
    bool torn_ = false; // the last write ended within a line
    std::string block_;

    std::thread thread_;
};

} // namespace polyport
