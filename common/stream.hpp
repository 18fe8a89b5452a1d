// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/buffer_pool.hpp"
#include "common/connection.hpp"
#include "common/const_bytes.hpp"
#include "common/error.hpp"
#include "common/handler_log.hpp"
#include "common/task.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <utility>

#include <sys/uio.h>

namespace polyport {

class runtime;

/// What a read or write came to: `size` bytes went through before `error`, if any.
struct io_result {
    error_code error;
    std::size_t size = 0;
};

/// One connection as its handler sees it: a byte stream with its counters and its deadlines. Owns the
/// connection, which leaves the table when the stream goes. TCP and UNIX connections are the same type, so a
/// handler is written once.
///
/// The waits are for `co_await` at once: what they set, the state and the deadline, they set when called.
///
/// Errors: an operation returns the first thing that went wrong, and so does every one after it. The end of
/// the peer's stream is errc::end_of_stream, which reading alone reports: writing goes on after it
/// (half-close). Deadlines, drain and the operator end waits with errc::…_timeout, draining and killed. A
/// handler that does not look at errors is stopped with std::logic_error after a hundred of them.
///
/// Fairness: reading and writing lets the others have their turn now and then, even if it need not wait; what
/// is called …_now, try_write() and post() never do.
///
/// Deadlines: a wait for input is one of two kinds. Without a deadline set, the connection is idle between
/// two requests: --idle-timeout ends it, and so does the daemon when it drains. With one set, the handler is
/// in the middle of a request, whose deadline it is. A peer that takes nothing of what is written has
/// --write-timeout.
class stream {
public:
    /// `first`: the handler's own; when it goes, the tasks that belong to the connection end.
    stream(runtime& owner, connection_ptr c, bool first = true) noexcept
        : owner_(&owner), c_(std::move(c)), first_(first)
    {
    }
    stream(stream&&) noexcept = default;
    stream& operator=(stream&& other) noexcept
    {
        std::swap(owner_, other.owner_);
        std::swap(c_, other.c_);
        std::swap(first_, other.first_);
        return *this;
    }
    ~stream()
    {
        if (c_ && first_ && c_->companions > 0)
            c_->end(errc::handler_returned);
    }

    connection& info() const noexcept { return *c_; }
    runtime& owner() const noexcept { return *owner_; }
    /// Records that name the connection, its service and its peer.
    handler_log log() const noexcept;

    // Reading

    /// Waits for input and returns what is there, at most `at_most` bytes: a view that holds until the next
    /// operation that reads. An idle connection holds no memory for it.
    task<result<std::string_view>> read_some(std::size_t at_most = default_piece);
    static constexpr std::size_t default_piece = std::size_t{64} * 1024;
    /// The same into memory of the handler's own: at least one byte if there is no error.
    task<io_result> read_some(std::span<char> into);
    /// Reads as many bytes as `into` has. Fewer only with an error. Without a deadline of the handler's own
    /// the first byte is waited for as a new request is, and the others must then have come within
    /// --idle-timeout (errc::body_timeout).
    task<io_result> read_exactly(std::span<char> into);
    /// Reads to the next `delimiter`, and returns what is before it: a view that holds until the next
    /// operation that reads. More than `at_most` bytes before it: errc::message_too_large, and nothing is
    /// taken out. The time is limited as by read_exactly(). `delimiter` is not empty, and lives meanwhile.
    task<result<std::string_view>> read_until(std::string_view delimiter, std::size_t at_most);
    /// The next line, without its LF or CR LF. The last one may lack them. Else as read_until().
    task<result<std::string_view>> read_line(std::size_t at_most = default_line);
    static constexpr std::size_t default_line = std::size_t{8} * 1024;

    // Writing

    /// Writes all. A peer that takes nothing for the write time-out ends it. `bytes` live until it is done.
    task<outcome> write(const_bytes bytes);
    /// Writes all parts, as one where the kernel can. The array of parts is used up.
    task<outcome> write(std::span<iovec> parts);
    /// The same: co_await client.write_all("name: ", name, "\r\n").
    template <std::convertible_to<const_bytes>... Parts>
        requires(sizeof...(Parts) > 1)
    task<outcome> write_all(Parts const&... parts)
    {
        return write_array(std::array<iovec, sizeof...(Parts)>{part(parts)...});
    }

    /// Sends without waiting, for those who write to connections of others: what the kernel does not take now
    /// is copied, and sent by a task of the connection. When more than a limit has to be kept the peer is too
    /// slow, and the connection ends. False if it has ended.
    bool post(std::string_view bytes);
    /// How much post() may keep; 1 MiB if not said.
    void set_post_limit(std::size_t bytes);
    /// Waits until everything posted is sent. What is written afterwards comes behind it in any case.
    task<outcome> flush();

    /// Sends the end of the stream; reading goes on.
    void shutdown_send() noexcept;
    /// The same, after what is posted, and throws away what the peer still sends until it has closed too, for
    /// at most two seconds and 1 MiB. For a handler that returns before it has read all: the kernel answers
    /// bytes that nobody reads with a reset, and the peer may lose the last answer with it.
    task<> finish();

    // Time

    /// Sleeps, within some 20 ms. Ends early with an error when the connection ends.
    task<outcome> sleep(std::chrono::milliseconds time);
    /// The same by the clock on the wall, and for a peer that must be there: ends early, too, when the peer
    /// has gone or sends no more, with errc::end_of_stream or what the kernel knows. A handler that waits for
    /// something of its own (a look-up, a device) notices so at once that nobody waits for it any more.
    task<outcome> sleep_unless_gone(std::chrono::milliseconds time);
    void set_deadline(deadline_kind kind, std::chrono::milliseconds after) { c_->set_deadline(kind, after); }
    void clear_deadline() noexcept { c_->clear_deadline(); }
    /// How long it may be idle, instead of --idle-timeout; 0: that.
    void set_idle_timeout(std::chrono::milliseconds at_most) noexcept { c_->idle_timeout = at_most; }

    // Tasks

    /// Starts a task that belongs to the connection. It runs at once to its first wait; its waits end with
    /// errc::handler_returned when the handler has returned, and the connection stays in the table until the
    /// task has ended too. An exception of it ends the connection. To use the connection it takes a share()
    /// by value:
    ///     client.start(watch(client.share()));
    void start(task<> companion);
    /// The same connection once more, for a task that belongs to it. Of all, one may read at a time, and one
    /// write; another that waits for the same meanwhile gets error::already_started.
    stream share() const noexcept { return {*owner_, c_, false}; }

    /// The daemon drains: begin nothing new. The token also works on other threads.
    bool draining() const noexcept;
    std::stop_token drain_token() const noexcept;

    /// Lets the other connections have their turn: for a loop that may go on for long without waiting.
    watched::deferred_turn take_turn() { return c_->socket.turn(); }

    /// Ends the connection with `reason`, which the log will show.
    void end(error_code reason) { c_->end(reason); }
    /// Why the handler is about to give up the connection, for the log; the first reason stands.
    void note_reason(errc reason) noexcept
    {
        if (c_->noted == errc{})
            c_->noted = reason;
    }

    // Without waiting, and by the piece: what the operations above are made of.

    /// Waits until the next request begins to come, with the idle deadline: `at_most`, or the connection's.
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
    io_result write_now(const_bytes bytes, bool more_follows = false);

    /// Writes what the kernel takes at once, and returns what is left for write(), which then also tells if
    /// the connection has failed. Most answers fit: this saves a coroutine for each.
    const_bytes try_write(const_bytes bytes) { return bytes.from(write_now(bytes).size); }

    /// How many of `wanted` bytes may go out now: all, but with --rate-limit. For those who write by other
    /// means; 0: wait_writable() waits for the time to come.
    std::size_t send_allowance(std::size_t wanted) noexcept
    {
        auto* const pace = c_->pace();
        return pace ? limited_allowance(*pace, wanted) : wanted;
    }
    /// Waits for room to write, with the write deadline. For those who write by other means (sendfile).
    task<outcome> wait_writable();
    /// Counts bytes that went through by other means (sendfile).
    void count_sent(std::size_t bytes) noexcept;
    /// Ends the write deadline, after writing by other means.
    void written() noexcept;

    /// Ends an Asio operation (a timer, a look-up) when the connection is ended: give it to the operation
    /// with bind_cancellation_slot. One operation at a time.
    boost::asio::cancellation_slot cancellation_slot() const noexcept { return c_->cancel.slot(); }

    /// A buffer of the daemon's pool, for as long as one message is worked on. Hold none while waiting for a
    /// request: that is what keeps an idle connection small.
    pooled_buffer borrow_buffer() const;

private:
    static std::size_t limited_allowance(send_pace& pace, std::size_t wanted) noexcept;
    task<outcome> wait_for_credit(send_pace& pace);
    watched::deferred_wait wait_for_room();
    watched::deferred_wait wait(watched::event what, connection_state meanwhile);
    watched::deferred_wait input_is_there() noexcept;
    watched::deferred_wait wait_for_input(bool within_message);
    bool has_gone_on_for_long() noexcept;
    void input_came() noexcept;
    io_result receive(std::span<char> into);
    io_result lost(int code);
    io_result send(std::span<iovec const> parts, int flags);
    io_result used_in_vain(error_code reason);
    io_result fill_input(std::size_t wanted);
    bool limit_message();
    bool has_posted() const noexcept { return c_->posted && posted_waits(); }
    bool posted_waits() const noexcept;
    void begin_sending_posted();
    static task<> send_posted(stream client);

    static iovec part(const_bytes bytes) noexcept
    {
        return {const_cast<char*>(bytes.data()), bytes.size()}; // sendmsg does not write to it
    }
    template <std::size_t Count>
    task<outcome> write_array(std::array<iovec, Count> parts)
    {
        auto const failed = co_await write(std::span<iovec>(parts));
        co_return failed;
    }

    runtime* owner_;
    connection_ptr c_;
    bool first_;
};

} // namespace polyport
