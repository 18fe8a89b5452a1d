// SPDX-License-Identifier: BSL-1.0
#include "common/stream.hpp"

#include "common/connection_table.hpp"
#include "common/runtime.hpp"
#include "common/service.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <memory>

#include <sys/socket.h>

namespace polyport {
namespace {

constexpr std::int64_t least_burst = 2048; // of a limited connection: not a packet for each few bytes

bool would_block(int code) noexcept
{
    return code == EAGAIN || code == EWOULDBLOCK;
}

} // namespace

// The waits are no coroutines: what an idle connection holds is its handler's frame. So the state that they
// leave behind is put right by the read or write that follows.
watched::deferred_wait stream::wait(watched::event what, connection_state meanwhile)
{
    if (!c_->ended())
        c_->state = meanwhile;
    return c_->socket.wait(what);
}

void stream::waited_for(connection_state state, deadline_kind deadline) noexcept
{
    if (c_->state == state)
        c_->state = connection_state::busy;
    if (c_->deadline == deadline)
        c_->clear_deadline();
}

watched::deferred_wait stream::wait_for_request()
{
    return wait_for_request(owner_->settings().idle_timeout);
}

watched::deferred_wait stream::wait_for_request(std::chrono::milliseconds at_most)
{
    if (c_->finishing())
        c_->end(c_->finish_with);
    c_->set_deadline(deadline_kind::idle, at_most);
    return wait(watched::event::readable, connection_state::idle);
}

watched::deferred_wait stream::wait_readable()
{
    return wait(watched::event::readable, connection_state::reading);
}

// Credit comes with time, up to a tenth of a second's worth, so that the bytes flow evenly.
std::size_t stream::limited_allowance(std::size_t wanted) noexcept
{
    auto& pace = c_->pace;
    auto const now = std::chrono::steady_clock::now();
    auto const most = std::max<std::int64_t>(static_cast<std::int64_t>(pace.rate / 10), least_burst);
    auto const passed = std::min<std::chrono::nanoseconds>(now - pace.counted_at, std::chrono::seconds(10));
    auto const earned = static_cast<std::int64_t>(static_cast<double>(pace.rate) *
                                                  std::chrono::duration<double>(passed).count());
    if (earned > 0) { // less would be lost by rounding
        pace.credit = std::min(pace.credit + earned, most);
        pace.counted_at = now;
    }
    pace.held_back = wanted > 0 && pace.credit <= 0;
    return pace.held_back ? 0 : std::min(wanted, static_cast<std::size_t>(pace.credit));
}

task<outcome> stream::wait_for_credit()
{
    auto& pace = c_->pace;
    pace.held_back = false;
    auto const wanted = std::max<std::int64_t>(static_cast<std::int64_t>(pace.rate / 20), least_burst / 2);
    auto const missing = static_cast<double>(wanted - pace.credit) / static_cast<double>(pace.rate);
    boost::asio::steady_timer later(owner_->context());
    later.expires_after(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(missing)));
    c_->clear_deadline(); // it is us who wait
    if (!c_->ended())
        c_->state = connection_state::writing;
    auto token = boost::asio::bind_cancellation_slot(c_->cancel.slot(), as_tuple_awaitable);
    if (!c_->ended())
        co_await later.async_wait(std::move(token));
    co_return outcome{c_->ended()};
}

task<outcome> stream::wait_writable()
{
    if (c_->pace.held_back) // no edge of the socket's would come
        co_return co_await wait_for_credit();
    co_return co_await wait_for_room();
}

watched::deferred_wait stream::wait_for_room()
{
    c_->socket.output_full();
    c_->set_deadline(deadline_kind::write, owner_->settings().write_timeout);
    return wait(watched::event::writable, connection_state::writing);
}

io_result stream::read_now(std::span<char> into)
{
    if (auto const reason = c_->ended())
        return {reason, 0};
    waited_for(c_->state == connection_state::idle ? connection_state::idle : connection_state::reading,
               deadline_kind::idle);
    if (!c_->socket.may_be_readable())
        return {boost::asio::error::would_block, 0};
    ssize_t count = 0;
    do {
        count = ::recv(c_->socket.fd(), into.data(), into.size(), 0);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        if (would_block(errno)) {
            c_->socket.input_drained();
            return {boost::asio::error::would_block, 0};
        }
        return lost(errno);
    }
    if (count == 0)
        return c_->socket.peer_error() == 0 ? io_result{errc::end_of_stream, 0} : lost(0);
    auto const size = static_cast<std::size_t>(count);
    if (size < into.size())
        c_->socket.input_drained();
    c_->received += size;
    c_->service.stats.received += size;
    c_->last_activity = c_->socket.set().turn_began();
    return {{}, size};
}

io_result stream::sent(ssize_t count)
{
    waited_for(connection_state::writing, deadline_kind::write);
    if (count >= 0) {
        count_sent(static_cast<std::size_t>(count));
        return {{}, static_cast<std::size_t>(count)};
    }
    if (would_block(errno) || errno == EINTR)
        return {};
    return lost(errno);
}

// What the kernel has told of the peer before comes first: that was the cause.
io_result stream::lost(int code)
{
    int const cause = c_->socket.peer_error() != 0 ? c_->socket.peer_error() : code;
    error_code const reason(cause, boost::system::system_category());
    c_->end(reason);
    return {reason, 0};
}

io_result stream::write_now(std::span<char const> bytes, bool more_follows)
{
    if (auto const reason = c_->ended())
        return {reason, 0};
    if (auto const size = send_allowance(bytes.size()); size < bytes.size()) {
        bytes = bytes.first(size);
        if (bytes.empty())
            return {};
    }
    return sent(
        ::send(c_->socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | (more_follows ? MSG_MORE : 0)));
}

io_result stream::write_now(std::span<iovec const> parts)
{
    if (auto const reason = c_->ended())
        return {reason, 0};
    if (c_->pace.rate != 0) { // one part at a time is quick enough
        auto const first =
            std::find_if(parts.begin(), parts.end(), [](iovec const& part) { return part.iov_len > 0; });
        if (first == parts.end())
            return {};
        return write_now(std::span<char const>(static_cast<char const*>(first->iov_base), first->iov_len),
                         false);
    }
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data()); // sendmsg does not write to it
    message.msg_iovlen = parts.size();
    return sent(::sendmsg(c_->socket.fd(), &message, MSG_NOSIGNAL));
}

void stream::count_sent(std::size_t bytes) noexcept
{
    c_->sent += bytes;
    c_->service.stats.sent += bytes;
    c_->pace.credit -= static_cast<std::int64_t>(bytes);
    if (bytes > 0)
        c_->last_activity = c_->socket.set().turn_began();
}

task<io_result> stream::read_some(std::span<char> into)
{
    for (;;) {
        auto const got = read_now(into);
        if (got.error != boost::asio::error::would_block)
            co_return got;
        auto const waited = co_await wait_readable();
        if (waited)
            co_return io_result{waited.error, 0};
    }
}

task<outcome> stream::write(std::span<char const> bytes)
{
    while (!bytes.empty()) {
        auto const [error, size] = write_now(bytes);
        if (error)
            co_return outcome{error};
        bytes = bytes.subspan(size);
        if (size > 0) // only EAGAIN proves that the next edge will come
            continue;
        auto const waited = co_await wait_writable();
        if (waited)
            co_return waited;
    }
    co_return outcome{};
}

task<outcome> stream::write(std::span<iovec> parts)
{
    for (;;) {
        while (!parts.empty() && parts.front().iov_len == 0)
            parts = parts.subspan(1);
        if (parts.empty())
            co_return outcome{};
        auto [error, size] = write_now(parts);
        if (error)
            co_return outcome{error};
        auto const moved = size;
        while (!parts.empty() && size >= parts.front().iov_len) {
            size -= parts.front().iov_len;
            parts = parts.subspan(1);
        }
        if (parts.empty())
            co_return outcome{};
        parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + size;
        parts.front().iov_len -= size;
        if (moved > 0) // only EAGAIN proves that the next edge will come
            continue;
        auto const waited = co_await wait_writable();
        if (waited)
            co_return waited;
    }
}

// The hang-up and the end of the connection end the timer, which outlives whoever is quicker.
task<outcome> stream::sleep(std::chrono::milliseconds time)
{
    auto const timer = std::make_shared<boost::asio::steady_timer>(owner_->context(), time);
    c_->socket.async_wait(watched::event::hangup, [timer](outcome) { timer->cancel(); });
    co_await timer->async_wait(as_tuple_awaitable);
    c_->socket.cancel(watched::event::hangup, boost::asio::error::operation_aborted);
    if (auto const reason = c_->ended())
        co_return outcome{reason};
    if (c_->socket.peer_error() != 0)
        co_return outcome{lost(0).error};
    if (c_->socket.peer_closed())
        co_return outcome{errc::end_of_stream};
    co_return outcome{};
}

void stream::shutdown_send() noexcept
{
    ::shutdown(c_->socket.fd(), SHUT_WR);
}

pooled_buffer stream::borrow_buffer() const
{
    return owner_->buffers().borrow();
}

} // namespace polyport
