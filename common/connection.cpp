// SPDX-License-Identifier: BSL-1.0
#include "common/connection.hpp"

#include "common/connection_table.hpp"
#include "common/send_queue.hpp"
#include "common/service.hpp"

#include <algorithm>
#include <cerrno>

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace polyport {
namespace {

std::uint32_t unsent_bytes(int fd) noexcept
{
    int bytes = 0;
    return ::ioctl(fd, SIOCOUTQ, &bytes) == 0 && bytes > 0 ? static_cast<std::uint32_t>(bytes) : 0;
}

} // namespace

std::string_view to_string(connection_state value) noexcept
{
    switch (value) {
    case connection_state::busy:
        return "busy";
    case connection_state::idle:
        return "idle";
    case connection_state::reading:
        return "reading";
    case connection_state::writing:
        return "writing";
    case connection_state::closing:
        return "closing";
    }
    return "?";
}

std::string_view to_string(deadline_kind value) noexcept
{
    switch (value) {
    case deadline_kind::none:
        return "none";
    case deadline_kind::header:
        return "header";
    case deadline_kind::body:
        return "body";
    case deadline_kind::idle:
        return "idle";
    case deadline_kind::write:
        return "write";
    case deadline_kind::handler:
        return "handler";
    case deadline_kind::program:
        return "program";
    case deadline_kind::drain:
        return "drain";
    }
    return "?";
}

std::string_view to_string(peer_state value) noexcept
{
    switch (value) {
    case peer_state::present:
        return "present";
    case peer_state::half_closed:
        return "half-closed";
    case peer_state::closed:
        return "closed";
    case peer_state::reset:
        return "reset";
    case peer_state::vanished:
        return "vanished";
    case peer_state::failed:
        return "failed";
    }
    return "?";
}

errc expiry_of(deadline_kind kind) noexcept
{
    switch (kind) {
    case deadline_kind::header:
        return errc::header_timeout;
    case deadline_kind::body:
        return errc::body_timeout;
    case deadline_kind::idle:
        return errc::idle_timeout;
    case deadline_kind::write:
        return errc::write_timeout;
    case deadline_kind::drain:
        return errc::drain_timeout;
    case deadline_kind::none:
    case deadline_kind::handler:
    case deadline_kind::program:
        break;
    }
    return errc::handler_timeout;
}

connection::connection(connection_table& owner, service_instance& of, transport how, readiness& set,
                       unique_fd fd, socket_address own_address, socket_address peer_address)
    : table(owner), service(of), id(owner.next_id()), kind(how), started(set.turn_began()),
      last_activity(started), local(std::move(own_address)), remote(std::move(peer_address)),
      socket(set, std::move(fd))
{
    table.join(*this);
}

connection::~connection()
{
    if (!alone_)
        table.leave(*this);
}

void connection::outlive_table() noexcept
{
    alone_ = true;
    socket.close();
}

void connection::end(error_code reason)
{
    socket.fail(reason);
    if (state == connection_state::closing)
        return;
    state = connection_state::closing;
    clear_deadline();
    clear_write_deadline();
    while (!sleepers.empty())
        sleepers.front().wake(ended());
    cancel.emit(boost::asio::cancellation_type::terminal);
}

void connection::finish(errc reason)
{
    if (finish_with == errc{})
        finish_with = reason;
    if (state == connection_state::idle)
        end(reason);
}

peer_state connection::peer_presence() const noexcept
{
    switch (socket.peer_error()) {
    case 0:
        break;
    case ECONNRESET:
    case EPIPE:
        return peer_state::reset;
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return peer_state::vanished;
    default:
        return peer_state::failed;
    }
    if (socket.gone())
        return peer_state::closed;
    return socket.peer_closed() ? peer_state::half_closed : peer_state::present;
}

error_code connection::reason() const noexcept
{
    return noted == errc{} ? ended() : error_code(noted);
}

void connection::expire()
{
    auto const reason = expiry_of(std::exchange(deadline, deadline_kind::none));
    if (noted == errc{})
        noted = reason;
    if (reason == errc::header_timeout || reason == errc::body_timeout)
        socket.cancel(watched::event::readable, reason);
    else
        end(reason);
}

void connection::expire_write()
{
    // A large send queue is writable again only when a third of it is free: a slow reader may be far from
    // that.
    if (unsent_bytes(socket.fd()) < unsent) {
        set_write_deadline(write_deadline_after);
        return;
    }
    if (noted == errc{})
        noted = errc::write_timeout;
    end(errc::write_timeout);
}

void connection::set_deadline(deadline_kind what, std::chrono::milliseconds after)
{
    if (after <= std::chrono::milliseconds::zero()) {
        clear_deadline();
        return;
    }
    deadline = what;
    deadline_at = socket.set().turn_began() + after;
    table.deadline_set(deadline_at);
}

void connection::set_write_deadline(std::chrono::milliseconds after)
{
    if (after <= std::chrono::milliseconds::zero()) {
        clear_write_deadline();
        return;
    }
    write_deadline_after = after;
    write_deadline_at = socket.set().turn_began() + after;
    unsent = unsent_bytes(socket.fd());
    table.deadline_set(write_deadline_at);
}

void connection::discard_waiters() noexcept
{
    // The last of them may take this connection with it.
    connection_ptr const self(this);
    while (!sleepers.empty())
        sleepers.front().discard();
    if (posted)
        posted->discard();
    socket.discard_waiters();
}

std::chrono::steady_clock::time_point process_info::ends_at() const noexcept
{
    auto at = std::chrono::steady_clock::time_point::max();
    if (timeout.count() > 0)
        at = started + timeout;
    if (idle_timeout.count() > 0 && !waits_for_client)
        at = std::min(at, last_activity + idle_timeout);
    return at;
}

connection::next_end connection::next_deadline() const noexcept
{
    next_end next;
    auto const consider = [&next](deadline_kind what, time_point at) {
        if (at < next.at)
            next = {what, at};
    };
    if (deadline != deadline_kind::none)
        consider(deadline, deadline_at);
    consider(deadline_kind::write, write_deadline_at);
    if (process)
        consider(deadline_kind::program, process->ends_at());
    if (!service.definition.control)
        consider(deadline_kind::drain, table.drain_ends());
    return next;
}

} // namespace polyport
