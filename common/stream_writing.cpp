// SPDX-License-Identifier: BSL-1.0
#include "common/io_faults.hpp"
#include "common/runtime.hpp"
#include "common/service.hpp"
#include "common/stream.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <sys/socket.h>

namespace polyport {
namespace {

constexpr std::int64_t least_burst = 2048; // of a limited connection: not a packet for each few bytes

} // namespace

// Credit comes with time, up to a tenth of a second's worth, so that the bytes flow evenly.
std::size_t stream::limited_allowance(send_pace& pace, std::size_t wanted) noexcept
{
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

task<outcome> stream::wait_for_credit(send_pace& pace)
{
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
    if (auto* const pace = c_->pace(); pace && pace->held_back) // no edge of the socket's would come
        co_return co_await wait_for_credit(*pace);
    co_return co_await wait_for_room();
}

watched::deferred_wait stream::wait_for_room()
{
    c_->socket.output_full();
    c_->set_write_deadline(owner_->settings().write_timeout);
    return wait(watched::event::writable, connection_state::writing);
}

void stream::written() noexcept
{
    if (c_->state == connection_state::writing)
        c_->state = connection_state::busy;
    c_->clear_write_deadline();
}

io_result stream::send(std::span<iovec const> parts, int flags)
{
    if (auto const reason = c_->ended())
        return used_in_vain(reason);
    c_->socket.set().works_for(c_->id);
    iovec cut{};
    if (c_->pace()) [[unlikely]] { // one part at a time is quick enough
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
    if (code == EAGAIN || code == EINTR)
        return {};
    return lost(code);
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
    if (auto* const pace = c_->pace()) [[unlikely]]
        pace->credit -= static_cast<std::int64_t>(bytes);
    if (bytes > 0)
        c_->last_activity = c_->socket.set().turn_began();
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

} // namespace polyport
