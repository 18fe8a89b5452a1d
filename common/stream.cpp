// SPDX-License-Identifier: BSL-1.0
#include "common/stream.hpp"

#include "common/connection_table.hpp"
#include "common/io_faults.hpp"
#include "common/runtime.hpp"
#include "common/service.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>

#include <sys/socket.h>

namespace polyport {
namespace {

// A handler that goes on after so many errors looks at none, and would never end.
constexpr std::uint8_t errors_taken = 100;
// Reads and writes that need not wait, before it lets others have their turn.
constexpr std::uint8_t turns_taken = 16;

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

void stream::input_came() noexcept
{
    if (c_->state == connection_state::idle || c_->state == connection_state::reading)
        c_->state = connection_state::busy;
    if (c_->deadline == deadline_kind::idle)
        c_->clear_deadline();
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
        if (errno == EAGAIN) {
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

// What the kernel has told of the peer before comes first: that was the cause.
io_result stream::lost(int code)
{
    int const cause = c_->socket.peer_error() != 0 ? c_->socket.peer_error() : code;
    error_code const reason(cause, boost::system::system_category());
    c_->end(reason);
    return {reason, 0};
}

bool stream::has_gone_on_for_long() noexcept
{
    if (++c_->without_wait < turns_taken)
        return false;
    c_->without_wait = 0;
    return true;
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
