// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/buffer_pool.hpp"
#include "common/connection.hpp"
#include "common/error.hpp"
#include "common/task.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>

#include <sys/uio.h>

namespace polyport {

class runtime;

/// What a read or write came to: `size` bytes went through before `error`, if any.
struct io_result {
    error_code error;
    std::size_t size = 0;
};

/// One connection as its handler sees it: a byte stream with its counters and its deadline. Owns the
/// connection, which leaves the table when the stream goes. TCP and UNIX connections are the same type, so a
/// handler is written once.
///
/// The waits are for `co_await` at once: what they set, the state and the deadline, they set when called.
///
/// Errors: an operation returns the first thing that went wrong, and so does every one after it. The end of
/// the peer's stream is errc::end_of_stream, which reading alone reports: writing goes on after it
/// (half-close). Deadlines, drain and the operator end waits with errc::…_timeout, draining and killed.
class stream {
public:
    stream(runtime& owner, std::unique_ptr<connection> c) noexcept : owner_(&owner), c_(std::move(c)) {}
    stream(stream&&) noexcept = default;
    stream& operator=(stream&&) noexcept = default;

    connection& info() const noexcept { return *c_; }
    runtime& owner() const noexcept { return *owner_; }

    /// Waits until the next request begins to come, with the idle deadline: `at_most`, or --idle-timeout.
    /// Ends with errc::draining when the daemon stops, whether it waits already or not.
    watched::deferred_wait wait_for_request();
    watched::deferred_wait wait_for_request(std::chrono::milliseconds at_most);
    /// Waits for more of a request, with the deadline that the handler has set. Needed after read_now has
    /// said would_block; read_some does it by itself.
    watched::deferred_wait wait_readable();

    /// Reads what is there, at most `into.size()` bytes. Never waits: error::would_block if nothing is
    /// there. Give it more room than a typical message: a read that fills its buffer is read again.
    io_result read_now(std::span<char> into);
    /// Writes what the kernel takes at once, which may be nothing. Never waits.
    io_result write_now(std::span<iovec const> parts);
    /// `more_follows`: the kernel may keep back an incomplete segment for what comes next (MSG_MORE).
    io_result write_now(std::span<char const> bytes, bool more_follows = false);

    /// Writes what the kernel takes at once, and returns what is left for write(), which then also tells if
    /// the connection has failed. Most answers fit: this saves a coroutine for each.
    std::span<char const> try_write(std::span<char const> bytes)
    {
        return bytes.subspan(write_now(bytes).size);
    }

    /// Waits for input and reads what is there.
    task<io_result> read_some(std::span<char> into);
    /// Writes all. A peer that takes nothing for the write time-out ends it. `bytes` live until it is done.
    task<outcome> write(std::span<char const> bytes);
    /// Writes all parts, as one where the kernel can. The array of parts is used up.
    task<outcome> write(std::span<iovec> parts);

    /// How many of `wanted` bytes may go out now: all, but with --rate-limit. For those who write by other
    /// means; 0: wait_writable() waits for the time to come.
    std::size_t send_allowance(std::size_t wanted) noexcept
    {
        return c_->pace.rate == 0 ? wanted : limited_allowance(wanted);
    }
    /// Waits for room to write, with the write deadline. For those who write by other means (sendfile).
    task<outcome> wait_writable();
    /// Counts bytes that went through by other means (sendfile).
    void count_sent(std::size_t bytes) noexcept;
    /// Ends the write deadline, after writing by other means.
    void written() noexcept { waited_for(connection_state::writing, deadline_kind::write); }

    /// Ends an Asio operation (a timer, a look-up) when the connection is ended: give it to the operation
    /// with bind_cancellation_slot. One operation at a time.
    boost::asio::cancellation_slot cancellation_slot() const noexcept { return c_->cancel.slot(); }

    /// Waits for the time alone. Ends early, with why, when the connection is ended, and when the peer has
    /// gone or sends no more: errc::end_of_stream, or what the kernel knows. A handler that waits for
    /// something of its own (a look-up, a device) notices so at once that nobody waits for it any more.
    task<outcome> sleep(std::chrono::milliseconds time);

    /// Lets the other connections have their turn: for a loop that may go on for long without waiting.
    watched::deferred_turn take_turn() { return c_->socket.turn(); }

    /// Sends the end of the stream; reading goes on.
    void shutdown_send() noexcept;

    /// A buffer of the daemon's pool, for as long as one message is worked on. Hold none while waiting for a
    /// request: that is what keeps an idle connection small.
    pooled_buffer borrow_buffer() const;

    void set_deadline(deadline_kind kind, std::chrono::milliseconds after) { c_->set_deadline(kind, after); }
    void clear_deadline() noexcept { c_->clear_deadline(); }

    /// Ends the connection with `reason`, which the log will show.
    void end(error_code reason) { c_->end(reason); }
    /// Why the handler is about to give up the connection, for the log; the first reason stands.
    void note_reason(errc reason) noexcept
    {
        if (c_->noted == errc{})
            c_->noted = reason;
    }

private:
    std::size_t limited_allowance(std::size_t wanted) noexcept;
    task<outcome> wait_for_credit();
    watched::deferred_wait wait_for_room();
    watched::deferred_wait wait(watched::event what, connection_state meanwhile);
    void waited_for(connection_state state, deadline_kind deadline) noexcept;
    io_result sent(ssize_t count);
    io_result lost(int code);

    runtime* owner_;
    std::unique_ptr<connection> c_;
};

} // namespace polyport
