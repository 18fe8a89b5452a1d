// SPDX-License-Identifier: BSL-1.0
#include "services/admin/flow_filter.hpp"

#include "common/option_values.hpp"
#include "common/quoted.hpp"
#include "common/service.hpp"
#include "services/admin/take.hpp"

#include <array>

namespace polyport::admin {
namespace {

constexpr std::array transports{transport::udp, transport::unix_datagram};

checked<connection_order> parse_flow_order(std::string_view text)
{
    auto const order = parse_order(text);
    if (!order || order->asks_kernel())
        return not_one_of(text, {"id", "age", "idle", "received", "sent", "bytes"});
    return *order;
}

checked<void> take(flow_request& into, parameter const& from)
{
    if (from.name == "service")
        return take_text(into.service, from);
    if (from.name == "transport")
        return take_word<transport>(into.by, from, transports);
    if (from.name == "remote")
        return take_value(into.remote, from, remote_match::parse(from.value));
    if (from.name == "older")
        return take_value(into.older, from, parse_duration(from.value));
    if (from.name == "idle")
        return take_value(into.idle, from, parse_duration(from.value));
    if (from.name == "bytes")
        return take_value(into.bytes, from, parse_size(from.value));
    if (from.name == "sort")
        return take_value(into.order, from, parse_flow_order(from.value));
    if (from.name == "limit")
        return take_value(into.limit, from, parse_number<std::uint32_t>(from.value, 1, max_limit));
    return problem{"flows have no parameter " + quoted(from.name) +
                   ": there are service, transport, remote, older, idle, bytes, sort and limit"};
}

} // namespace

checked<flow_request> parse_flow_request(std::vector<parameter> const& parameters)
{
    flow_request made;
    for (auto const& one : parameters) {
        if (auto const taken = take(made, one); !taken)
            return taken.error();
    }
    return made;
}

bool flow_request::matches(flow const& f, flow_table::time_point now) const
{
    return (!service || f.service->name() == *service) && (!by || f.kind == *by) &&
           now - f.started >= older && now - f.last_activity >= idle && f.received + f.sent >= bytes &&
           (!remote || remote->matches(f.remote));
}

} // namespace polyport::admin
