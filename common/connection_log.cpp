// SPDX-License-Identifier: BSL-1.0
#include "common/connection_log.hpp"

#include "common/service.hpp"
#include "common/tcp_state.hpp"

#include <chrono>
#include <string>

namespace polyport {
namespace {

// Whole milliseconds: the clock knows no better.
double milliseconds_as_seconds(connection::time_point::duration time)
{
    return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) / 1000;
}

double seconds_since(connection::time_point start)
{
    return milliseconds_as_seconds(coarse_now() - start);
}

void write_opened(logger& log, connection const& c)
{
    auto const local = c.local.raw();
    auto const remote = c.remote.raw();
    if (c.peer)
        log.info("opened",
                 {{"service", c.service.name()},
                  {"transport", to_string(c.kind)},
                  {"local", local},
                  {"remote", remote},
                  {"uid", c.peer->uid},
                  {"gid", c.peer->gid},
                  {"pid", c.peer->pid}},
                 c.id);
    else
        log.info("opened",
                 {{"service", c.service.name()},
                  {"transport", to_string(c.kind)},
                  {"local", local},
                  {"remote", remote}},
                 c.id);
}

} // namespace

void log_opened(logger& log, connection const& c)
{
    if (log.enabled(log_level::info))
        write_opened(log, c);
}

void log_closed(logger& log, connection const& c) noexcept
{
    if (!log.enabled(log_level::info))
        return;
    auto const why = c.reason();
    auto const reason = why ? why.message() : "done";
    log.info("closed",
             {{"service", c.service.name()},
              {"remote", c.remote.raw()},
              {"reason", reason},
              {"peer", to_string(c.peer_presence())},
              {"received", c.received},
              {"sent", c.sent},
              {"duration", seconds_since(c.started)}},
             c.id);
}

void log_connection(logger& log, connection const& c)
{
    auto const local = c.local.raw();
    auto const remote = c.remote.raw();
    auto const tcp = c.kind == transport::tcp ? tcp_state_of(c.socket.fd()) : result<tcp_state>(tcp_state{});
    if (c.kind == transport::tcp && tcp)
        log.info("connection",
                 {{"service", c.service.name()},
                  {"transport", to_string(c.kind)},
                  {"local", local},
                  {"remote", remote},
                  {"state", to_string(c.state)},
                  {"peer", to_string(c.peer_presence())},
                  {"deadline", to_string(c.next_deadline().kind)},
                  {"received", c.received},
                  {"sent", c.sent},
                  {"age", seconds_since(c.started)},
                  {"idle", seconds_since(c.last_activity)},
                  {"tcp-state", tcp_state_name(tcp->state)},
                  {"rtt-us", tcp->rtt_us},
                  {"retransmits", tcp->retransmits}},
                 c.id);
    else
        log.info("connection",
                 {{"service", c.service.name()},
                  {"transport", to_string(c.kind)},
                  {"local", local},
                  {"remote", remote},
                  {"state", to_string(c.state)},
                  {"peer", to_string(c.peer_presence())},
                  {"deadline", to_string(c.next_deadline().kind)},
                  {"received", c.received},
                  {"sent", c.sent},
                  {"age", seconds_since(c.started)},
                  {"idle", seconds_since(c.last_activity)},
                  {"uid", c.peer ? c.peer->uid : static_cast<uid_t>(-1)},
                  {"gid", c.peer ? c.peer->gid : static_cast<gid_t>(-1)},
                  {"pid", c.peer ? c.peer->pid : 0}},
                 c.id);
}

void log_flow(logger& log, flow const& f, std::chrono::steady_clock::time_point now)
{
    auto const seconds = [now](auto since) { return milliseconds_as_seconds(now - since); };
    log.info("flow", {{"flow", f.id},
                      {"service", f.service->name()},
                      {"transport", to_string(f.kind)},
                      {"local", f.local.raw()},
                      {"remote", f.remote.raw()},
                      {"messages-received", f.messages_received},
                      {"messages-sent", f.messages_sent},
                      {"received", f.received},
                      {"sent", f.sent},
                      {"age", seconds(f.started)},
                      {"idle", seconds(f.last_activity)}});
}

} // namespace polyport
