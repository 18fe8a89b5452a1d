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
    auto const taken = take_peer_filter(into.filter, from, transports);
    if (!taken)
        return taken.error();
    if (*taken)
        return {};
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
    return filter.fits(f, f.service->name(), now);
}

} // namespace polyport::admin
