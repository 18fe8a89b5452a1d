// SPDX-License-Identifier: BSL-1.0
#include "common/connection_json.hpp"

#include "common/service.hpp"
#include "common/tcp_state.hpp"

#include <string>

namespace polyport {
namespace {

void append_deadline(json_writer& json, connection const& c, connection::time_point now)
{
    json.key("deadline");
    auto const next = c.next_deadline();
    if (next.kind == deadline_kind::none) {
        json.null();
        return;
    }
    json.begin_object()
        .member("kind", to_string(next.kind))
        .member("in", seconds(next.at - now))
        .end_object();
}

void append_tcp(json_writer& json, int fd)
{
    json.key("tcp");
    auto const known = tcp_state_of(fd);
    if (!known) {
        json.null();
        return;
    }
    json.begin_object()
        .member("state", tcp_state_name(known->state))
        .member("rtt_us", known->rtt_us)
        .member("rttvar_us", known->rtt_variance_us)
        .member("cwnd", known->congestion_window)
        .member("retransmits", known->retransmits)
        .member("unacked", known->unacknowledged)
        .member("delivery_rate", known->delivery_rate)
        .member("last_received_ms", known->last_received_ms)
        .member("last_sent_ms", known->last_sent_ms)
        .member("last_ack_ms", known->last_ack_ms)
        .end_object();
}

void append_process(json_writer& json, process_info const& process, connection::time_point now)
{
    json.key("program")
        .begin_object()
        .member("path", process.program)
        .member("pid", process.pid)
        .member("age", seconds(now - process.started))
        .member("received", process.received)
        .member("sent", process.sent)
        .end_object();
}

} // namespace

double seconds(connection::time_point::duration time) noexcept
{
    return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) / 1000;
}

void append_address(json_writer& json, socket_address const& address)
{
    if (address.is_unnamed()) {
        json.null();
        return;
    }
    json.begin_object();
    if (address.is_ip()) {
        json.member("address", address.host()).member("port", address.port());
    } else {
        auto path = address.unix_name();
        if (address.is_abstract())
            path.front() = '@';
        json.member("path", path);
    }
    json.end_object();
}

void append_identity(json_writer& json, connection const& c)
{
    json.member("id", c.id).member("service", c.service.name()).member("transport", to_string(c.kind));
    json.key("local");
    append_address(json, c.local);
    json.key("remote");
    append_address(json, c.remote);
    if (c.peer) {
        json.key("credentials").begin_object().member("uid", c.peer->uid);
        if (c.kind == transport::unix_stream)
            json.member("gid", c.peer->gid).member("pid", c.peer->pid);
        json.end_object();
    }
}

void append_connection(json_writer& json, connection const& c, connection::time_point now, kernel_view tcp)
{
    append_identity(json, c);
    json.member("state", to_string(c.state)).member("peer", to_string(c.peer_presence()));
    append_deadline(json, c, now);
    json.member("received", c.received)
        .member("sent", c.sent)
        .member("age", seconds(now - c.started))
        .member("idle", seconds(now - c.last_activity));
    if (!c.request.empty())
        json.member("request", c.request);
    if (c.user && !c.user->empty())
        json.member("user", *c.user);
    if (c.process)
        append_process(json, *c.process, now);
    if (tcp == kernel_view::ask && c.kind == transport::tcp)
        append_tcp(json, c.socket.fd());
}

void append_flow(json_writer& json, flow const& f, connection::time_point now)
{
    json.member("id", f.id).member("service", f.service->name()).member("transport", to_string(f.kind));
    json.key("local");
    append_address(json, f.local);
    json.key("remote");
    append_address(json, f.remote);
    json.member("messages_received", f.messages_received)
        .member("messages_sent", f.messages_sent)
        .member("received", f.received)
        .member("sent", f.sent)
        .member("age", seconds(now - f.started))
        .member("idle", seconds(now - f.last_activity));
}

} // namespace polyport
