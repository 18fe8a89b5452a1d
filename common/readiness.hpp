// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/clock.hpp"
#include "common/error.hpp"
#include "common/task.hpp"
#include "common/unique_fd.hpp"
#include "common/waiter.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace polyport {

class loop_watch;

/// Descriptors below this may be held for a moment by a program that is being started on another thread
/// (cgi::start_threads); those from here on never.
inline constexpr int copied_descriptors = 128;

/// How the loop gets on, for those who look from a signal handler or another thread.
struct loop_progress {
    /// Set in the number of a flow; without it, it is that of a connection.
    static constexpr std::uint64_t is_flow = std::uint64_t{1} << 63;

    std::atomic<std::uint64_t> resumed{0}; ///< waiters so far
    std::atomic<std::uint64_t> at_work{0}; ///< whom the one at work was last busy with; 0: nobody known
    std::atomic<bool> running{false};
};

/// The set of descriptors that the daemon watches: one edge-triggered epoll instance, itself one descriptor
/// of the io_context.
///
/// Why not Asio's sockets: their `async_wait` re-arms with one epoll_ctl a wait, and a read that holds its
/// buffer while it waits costs memory for each idle connection. Here a wait costs no system call, and a peer
/// that goes away is noticed (EPOLLRDHUP) while the handler is busy elsewhere.
///
/// Handlers only ever run from dispatch(), never inside the call that made them ready: so a table can be
/// walked and connections be ended on the way without anything changing underfoot.
class readiness {
public:
    /// `context` and `time` outlive the set. Throws start_error if the kernel gives no epoll instance.
    readiness(boost::asio::io_context& context, clock const& time);
    readiness(readiness const&) = delete;
    readiness& operator=(readiness const&) = delete;
    ~readiness();

    /// The time at which this turn of the loop has begun, on the scale of std::chrono::steady_clock: one look
    /// at the clock for all that is done in it. Outside of a turn (a timer, work of the thread pool) it is
    /// now.
    std::chrono::steady_clock::time_point turn_began() const noexcept
    {
        return running_ ? turn_began_ : clock_.now();
    }

    /// What is done now is done for this connection, or for this flow.
    void works_for(std::uint64_t connection) noexcept
    {
        progress_.at_work.store(connection, std::memory_order_relaxed);
    }
    void works_for_flow(std::uint64_t flow) noexcept { works_for(flow | loop_progress::is_flow); }
    loop_progress const& progress() const noexcept { return progress_; }

    /// One piece of what a waiter does is done, and another begins: each has its time by itself.
    void piece_done() noexcept
    {
        if (!progress_.running.load(std::memory_order_relaxed))
            return;
        auto const now = coarse_now();
        if (now - piece_began_ > held_too_long) [[unlikely]]
            tell_held(now - piece_began_);
        piece_began_ = now;
    }

    /// For as long as it lives, what Asio has resumed is timed like a waiter.
    class timed;

    /// Called when one waiter kept the loop for longer than 100 ms, with who was at work (see loop_progress).
    using held_report = std::function<void(std::uint64_t at_work, std::chrono::milliseconds time)>;
    void report_held(held_report report) { report_held_ = std::move(report); }

    /// `watch` is told of each turn, and taken out before it goes.
    void watch_with(loop_watch* watch) noexcept { watch_ = watch; }

    /// Runs `w` with `result` in a later turn of the loop.
    void resume_later(waiter& w, error_code result);

private:
    friend class watched;

    void arm();
    void dispatch();
    void schedule();
    void run_turn();
    void begin_waiter() noexcept;
    void tell_held(std::chrono::steady_clock::duration time) const noexcept;

    static constexpr std::chrono::milliseconds held_too_long{100};

    boost::asio::io_context& context_;
    clock const& clock_;
    boost::asio::posix::stream_descriptor set_;
    waiter_list ready_;
    std::chrono::steady_clock::time_point turn_began_;
    std::chrono::steady_clock::time_point piece_began_;
    loop_progress progress_;
    held_report report_held_;
    loop_watch* watch_ = nullptr;
    bool running_ = false; ///< inside run_turn(): whoever called it looks at the list again
    bool posted_ = false;  ///< a turn is posted
};

class readiness::timed {
public:
    /// `at_work`: whom it is done for. Within a waiter's turn it does nothing: that is timed already.
    timed(readiness& set, std::uint64_t at_work) noexcept;
    timed(timed const&) = delete;
    timed& operator=(timed const&) = delete;
    ~timed();

private:
    readiness* set_;
};

/// One descriptor in a readiness set: its descriptor, what is known of its state, and who waits for it.
/// Not movable: the kernel holds its address. Whoever waits on it owns it or ends before it.
class watched {
public:
    enum class event : std::uint8_t {
        readable,
        writable,
        hangup, ///< peer_closed()
        gone,   ///< gone()
    };

    /// Takes over `fd`, which is non-blocking. A descriptor that epoll cannot watch (a regular file) counts
    /// as always ready. Throws std::system_error when the kernel has no room for one more.
    watched(readiness& set, unique_fd fd);
    watched(watched const&) = delete;
    watched& operator=(watched const&) = delete;
    /// Closes the descriptor; whoever still waits is resumed with operation_aborted.
    ~watched();

    int fd() const noexcept { return fd_.get(); }
    readiness& set() const noexcept { return set_; }

    /// The peer has shut its sending side, or the connection is gone altogether.
    bool peer_closed() const noexcept { return peer_closed_; }
    /// Both directions are gone: reset, or closed by both.
    bool gone() const noexcept { return gone_; }
    /// What the kernel has ended the connection with, such as ECONNRESET, or ETIMEDOUT for a peer that has
    /// vanished; 0 if with nothing.
    int peer_error() const noexcept { return peer_error_; }

    /// False if a read is known to find nothing: the next edge has not come yet.
    bool may_be_readable() const noexcept { return readable_; }

    /// What a system call has shown: EAGAIN, or a read shorter than its buffer. The end of the stream gives
    /// no further edge, so that input counts as ready for ever once the peer has closed.
    void input_drained() noexcept { readable_ = peer_closed_; }
    void output_full() noexcept;

    /// Leaves the set for as long as one is busy with the descriptor anyway, and comes back to it, which
    /// tells of everything that is ready by then. Each costs a system call, or nothing if it is so already.
    /// For a datagram socket under load: while it is in the set, each datagram sent looks for waiters there.
    /// Where the kernel has no room for it any more, it counts as ready, and the next one to find it is not
    /// tries again.
    void leave_set() noexcept;
    void join_set() noexcept;

    /// Completes when `what` is ready, in a later turn of the loop even if it is ready now: so whoever waits
    /// once a message cannot keep others from running. One wait of each kind at a time: a second one ends
    /// with error::already_started.
    /// Signature: void(outcome). Cancellable (all types).
    template <boost::asio::completion_token_for<void(outcome)> Token>
    auto async_wait(event what, Token&& token)
    {
        return boost::asio::async_initiate<Token, void(outcome)>(
            [](auto handler, watched* self, event kind) { self->begin_wait(kind, std::move(handler)); },
            token, this, what);
    }

    class deferred_wait;
    deferred_wait wait(event what) noexcept;

    /// Completes in the next turn of the loop, after the others that are ready: for those who could go on for
    /// long without waiting. Signature: void(outcome).
    template <boost::asio::completion_token_for<void(outcome)> Token>
    auto async_turn(Token&& token)
    {
        return boost::asio::async_initiate<Token, void(outcome)>(
            [](auto handler, watched* self) {
                self->set_.resume_later(*detail::handler_waiter<decltype(handler)>::make(std::move(handler)),
                                        self->failure_);
            },
            token, this);
    }

    class deferred_turn;
    deferred_turn turn() noexcept;

    /// Ends every wait, those to come too, with `reason`. The first reason stands.
    void fail(error_code reason);
    error_code failure() const noexcept { return failure_; }
    /// Ends the wait for `what`, if there is one, with `reason`.
    void cancel(event what, error_code reason);
    /// Destroys whoever waits without running it (shutdown only).
    void discard_waiters() noexcept;

    /// Closes the descriptor before the object goes, for pipes whose end the other side waits for.
    void close();

private:
    friend class readiness;

    template <class Handler>
    void begin_wait(event what, Handler handler)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        auto* const w = detail::handler_waiter<Handler>::make(std::move(handler));
        if (slot.is_connected()) {
            slot.assign([this, what](boost::asio::cancellation_type) {
                cancel(what, boost::asio::error::operation_aborted);
            });
        }
        wait_with(what, *w);
    }

    bool control(int operation) noexcept;
    bool is_ready(event what) const noexcept;
    void wait_with(event what, waiter& w);
    void note(std::uint32_t events);
    waiter*& slot(event what) noexcept { return waiting_[static_cast<std::size_t>(what)]; }

    readiness& set_;
    unique_fd fd_;
    bool readable_ = true;
    bool writable_ = true;
    bool in_set_ = true;
    bool room_watched_ = false; ///< EPOLLOUT is asked for: since the first time that the output was full
    bool peer_closed_ = false;
    bool gone_ = false;
    int peer_error_ = 0;
    error_code failure_;
    std::array<waiter*, 4> waiting_{};
};

/// A wait that begins when a coroutine awaits it. Awaited as it is, it takes no memory but that of the
/// waiting coroutine: what use_awaitable makes of it is a coroutine of its own, with a frame of about 300
/// bytes.
class [[nodiscard]] watched::deferred_wait {
public:
    /// `ready`: what is waited for is there already, where the kernel does not know of it.
    deferred_wait(watched& on, event what, bool ready = false) noexcept : on_(&on), what_(what), ready_(ready)
    {
    }

    template <boost::asio::completion_token_for<void(outcome)> Token>
    auto operator()(Token&& token) const
    {
        if (ready_)
            return on_->async_turn(std::forward<Token>(token));
        return on_->async_wait(what_, std::forward<Token>(token));
    }

private:
    watched* on_;
    event what_;
    bool ready_;
};

/// The same for async_turn().
class [[nodiscard]] watched::deferred_turn {
public:
    explicit deferred_turn(watched& on) noexcept : on_(&on) {}

    template <boost::asio::completion_token_for<void(outcome)> Token>
    auto operator()(Token&& token) const
    {
        return on_->async_turn(std::forward<Token>(token));
    }

private:
    watched* on_;
};

inline watched::deferred_wait watched::wait(event what) noexcept
{
    return {*this, what};
}

inline watched::deferred_turn watched::turn() noexcept
{
    return deferred_turn(*this);
}

} // namespace polyport
