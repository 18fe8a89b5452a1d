// SPDX-License-Identifier: BSL-1.0
#include "common/stream.hpp"

#include "common/connection_table.hpp"
#include "common/io_faults.hpp"
#include "common/runtime.hpp"
#include "common/send_queue.hpp"
#include "common/service.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>
#include <stdexcept>

#include <sys/socket.h>

namespace polyport {
namespace {

constexpr std::int64_t least_burst = 2048; // of a limited connection: not a packet for each few bytes
// A handler that goes on after so many errors looks at none, and would never end.
constexpr std::uint8_t errors_taken = 100;
// Reads and writes that need not wait, before it lets others have their turn.
constexpr std::uint8_t turns_taken = 16;

bool would_block(int code) noexcept
{
    return code == EAGAIN || code == EWOULDBLOCK;
}

} // namespace

handler_log stream::log() const noexcept
{
    return {owner_->log(), c_->service.name(), c_->remote, c_->id, 0};
}

// The waits are no coroutines: what an idle connection holds is its handler's frame. So the state that they
// leave behind is put right by the read or write that follows.
watched::deferred_wait stream::wait(watched::event what, connection_state meanwhile)
{
    if (!c_->ended())
        c_->state = meanwhile;
    return c_->socket.wait(what);
}

watched::deferred_wait stream::input_is_there() noexcept
{
    return {c_->socket, watched::event::readable, true};
}

watched::deferred_wait stream::wait_for_request()
{
    auto const own = c_->idle_timeout;
    return wait_for_request(own.count() > 0 ? own : owner_->settings().idle_timeout);
}

watched::deferred_wait stream::wait_for_request(std::chrono::milliseconds at_most)
{
    if (c_->finishing())
        c_->end(c_->finish_with);
    if (!c_->input.empty()) // it came together with the one before
        return input_is_there();
    c_->set_deadline(deadline_kind::idle, at_most);
    return wait(watched::event::readable, connection_state::idle);
}

watched::deferred_wait stream::wait_readable()
{
    if (!c_->input.empty())
        return input_is_there();
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
    c_->set_write_deadline(owner_->settings().write_timeout);
    return wait(watched::event::writable, connection_state::writing);
}

void stream::input_came() noexcept
{
    if (c_->state == connection_state::idle || c_->state == connection_state::reading)
        c_->state = connection_state::busy;
    if (c_->deadline == deadline_kind::idle)
        c_->clear_deadline();
}

void stream::written() noexcept
{
    if (c_->state == connection_state::writing)
        c_->state = connection_state::busy;
    c_->clear_write_deadline();
}

io_result stream::used_in_vain(error_code reason)
{
    if (++c_->uses_after_end > errors_taken) {
        c_->uses_after_end = 0;
        throw std::logic_error("the handler went on after " + std::to_string(errors_taken) + " errors: '" +
                               reason.message() + "'");
    }
    return {reason, 0};
}

io_result stream::read_now(std::span<char> into)
{
    if (auto const reason = c_->ended())
        return used_in_vain(reason);
    input_came();
    if (!c_->input.empty()) [[unlikely]]
        return {{}, c_->input.take(into)};
    return receive(into);
}

io_result stream::receive(std::span<char> into)
{
    c_->socket.set().works_for(c_->id);
    if (!c_->socket.may_be_readable())
        return {boost::asio::error::would_block, 0};
    std::size_t room = into.size();
    if (c_->faults) [[unlikely]] {
        if (auto const error = c_->faults->before_read(room)) {
            c_->end(error);
            return {error, 0};
        }
    }
    ssize_t count = 0;
    do {
        count = ::recv(c_->socket.fd(), into.data(), room, 0);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        if (would_block(errno)) {
            c_->socket.input_drained();
            return {boost::asio::error::would_block, 0};
        }
        return lost(errno);
    }
    if (count == 0 && !into.empty())
        return c_->socket.peer_error() == 0 ? used_in_vain(errc::end_of_stream) : lost(0);
    auto const size = static_cast<std::size_t>(count);
    if (size < room)
        c_->socket.input_drained();
    c_->received += size;
    c_->service.stats.received += size;
    c_->last_activity = c_->socket.set().turn_began();
    return {{}, size};
}

io_result stream::send(std::span<iovec const> parts, int flags)
{
    if (auto const reason = c_->ended())
        return used_in_vain(reason);
    c_->socket.set().works_for(c_->id);
    iovec cut{};
    if (c_->pace.rate != 0) [[unlikely]] { // one part at a time is quick enough
        auto const first =
            std::find_if(parts.begin(), parts.end(), [](iovec const& some) { return some.iov_len > 0; });
        auto const size = first == parts.end() ? 0 : send_allowance(first->iov_len);
        if (size == 0)
            return {};
        cut = {first->iov_base, size};
        parts = {&cut, 1};
    }
    if (c_->faults) [[unlikely]] {
        std::size_t size = parts.empty() ? 0 : parts.front().iov_len;
        auto const all = size;
        if (auto const error = c_->faults->before_write(size)) {
            c_->end(error);
            return {error, 0};
        }
        if (size < all) {
            cut = {parts.front().iov_base, size};
            parts = {&cut, 1};
        }
    }
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data()); // sendmsg does not write to it
    message.msg_iovlen = parts.size();
    auto const count = parts.size() == 1
                           ? ::send(c_->socket.fd(), parts.front().iov_base, parts.front().iov_len, flags)
                           : ::sendmsg(c_->socket.fd(), &message, flags);
    int const code = count < 0 ? errno : 0;
    written();
    if (count >= 0) {
        count_sent(static_cast<std::size_t>(count));
        return {{}, static_cast<std::size_t>(count)};
    }
    if (would_block(code) || code == EINTR)
        return {};
    return lost(code);
}

// What the kernel has told of the peer before comes first: that was the cause.
io_result stream::lost(int code)
{
    int const cause = c_->socket.peer_error() != 0 ? c_->socket.peer_error() : code;
    error_code const reason(cause, boost::system::system_category());
    c_->end(reason);
    return {reason, 0};
}

io_result stream::write_now(const_bytes bytes, bool more_follows)
{
    if (has_posted()) [[unlikely]]
        return {};
    iovec const one = part(bytes);
    return send({&one, 1}, MSG_NOSIGNAL | (more_follows ? MSG_MORE : 0));
}

io_result stream::write_now(std::span<iovec const> parts)
{
    if (has_posted()) [[unlikely]]
        return {};
    return send(parts, MSG_NOSIGNAL);
}

void stream::count_sent(std::size_t bytes) noexcept
{
    c_->sent += bytes;
    c_->service.stats.sent += bytes;
    c_->pace.credit -= static_cast<std::int64_t>(bytes);
    if (bytes > 0)
        c_->last_activity = c_->socket.set().turn_began();
}

bool stream::has_gone_on_for_long() noexcept
{
    if (++c_->without_wait < turns_taken)
        return false;
    c_->without_wait = 0;
    return true;
}

task<outcome> stream::write(const_bytes bytes)
{
    if (has_posted()) {
        auto const before = co_await flush();
        if (before)
            co_return before;
    }
    c_->writing = true;
    outcome result;
    while (!bytes.empty()) {
        iovec const one = part(bytes);
        auto const [error, size] = send({&one, 1}, MSG_NOSIGNAL);
        if (error) {
            result.error = error;
            break;
        }
        bytes = bytes.from(size);
        if (size > 0) // only EAGAIN proves that the next edge will come
            continue;
        result = co_await wait_writable();
        if (result)
            break;
    }
    c_->writing = false;
    if (has_posted())
        begin_sending_posted();
    if (has_gone_on_for_long() && !result)
        result = co_await take_turn();
    co_return result;
}

task<outcome> stream::write(std::span<iovec> parts)
{
    if (has_posted()) {
        auto const before = co_await flush();
        if (before)
            co_return before;
    }
    c_->writing = true;
    outcome result;
    for (;;) {
        while (!parts.empty() && parts.front().iov_len == 0)
            parts = parts.subspan(1);
        if (parts.empty())
            break;
        auto [error, size] = send(parts, MSG_NOSIGNAL);
        if (error) {
            result.error = error;
            break;
        }
        auto const moved = size;
        while (!parts.empty() && size >= parts.front().iov_len) {
            size -= parts.front().iov_len;
            parts = parts.subspan(1);
        }
        if (parts.empty())
            break;
        parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + size;
        parts.front().iov_len -= size;
        if (moved > 0) // only EAGAIN proves that the next edge will come
            continue;
        result = co_await wait_writable();
        if (result)
            break;
    }
    c_->writing = false;
    if (has_posted())
        begin_sending_posted();
    if (has_gone_on_for_long() && !result)
        result = co_await take_turn();
    co_return result;
}

// The hang-up and the end of the connection end the timer, which outlives whoever is quicker.
task<outcome> stream::sleep_unless_gone(std::chrono::milliseconds time)
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

bool stream::draining() const noexcept
{
    return c_->table.draining();
}

std::stop_token stream::drain_token() const noexcept
{
    return c_->table.drain_token();
}

task<outcome> stream::sleep(std::chrono::milliseconds time)
{
    if (auto const reason = c_->ended())
        co_return outcome{used_in_vain(reason).error};
    auto& set = c_->socket.set();
    auto const until = set.turn_began() + time;
    sleeper nap(set, c_->table.sleepers(), until);
    c_->sleepers.push_back(nap);
    c_->table.deadline_set(until);
    auto const woken = co_await nap.async_wait(boost::asio::use_awaitable);
    set.works_for(c_->id);
    co_return woken;
}

void stream::start(task<> companion)
{
    owner_->start(c_, std::move(companion));
}

} // namespace polyport
