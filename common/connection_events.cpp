// SPDX-License-Identifier: BSL-1.0
#include "common/connection_events.hpp"

#include "common/connection.hpp"
#include "common/connection_json.hpp"
#include "common/event_hub.hpp"
#include "common/json_writer.hpp"

#include <exception>
#include <string>

namespace polyport {

void publish_opened(event_hub& hub, connection const& c)
{
    if (!hub.wanted())
        return;
    std::string text;
    json_writer json(text);
    json.begin_object();
    append_connection(json, c, c.started, kernel_view::leave_out);
    json.end_object();
    hub.publish("opened", text);
}

void publish_closed(event_hub& hub, connection const& c) noexcept
{
    if (!hub.wanted())
        return;
    try {
        std::string text;
        json_writer json(text);
        json.begin_object();
        append_identity(json, c);
        auto const why = c.reason();
        json.member("reason", why ? why.message() : "done")
            .member("peer", to_string(c.peer_presence()))
            .member("received", c.received)
            .member("sent", c.sent)
            .member("age", seconds(coarse_now() - c.started))
            .end_object();
        hub.publish("closed", text);
    } catch (std::exception const&) { // no memory: the event is lost, the connection leaves all the same
        return;
    }
}

void publish_refused(event_hub& hub, refused_event const& what)
{
    if (!hub.wanted())
        return;
    std::string text;
    json_writer json(text);
    json.begin_object();
    if (what.id != 0)
        json.member("id", what.id);
    json.member("service", what.service).key("remote");
    append_address(json, what.remote);
    if (what.peer)
        json.key("credentials")
            .begin_object()
            .member("uid", what.peer->uid)
            .member("gid", what.peer->gid)
            .member("pid", what.peer->pid)
            .end_object();
    json.member("reason", what.reason).member("held_back", what.held_back).end_object();
    hub.publish("refused", text);
}

} // namespace polyport
