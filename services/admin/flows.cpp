// SPDX-License-Identifier: BSL-1.0
#include "common/connection_json.hpp"
#include "common/flow_table.hpp"
#include "common/json_writer.hpp"
#include "services/admin/call.hpp"
#include "services/admin/flow_filter.hpp"
#include "services/admin/reply.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

namespace polyport::admin {
namespace {

std::vector<flow const*> in_order(std::vector<flow const*> const& all, connection_order const& order,
                                  std::size_t limit, flow_table::time_point now)
{
    std::vector<ordered_connection> keys;
    std::unordered_map<std::uint64_t, flow const*> by_id;
    keys.reserve(all.size());
    for (auto const* const one : all) {
        keys.push_back({order.key_of(*one, now), one->id});
        by_id.emplace(one->id, one);
    }
    order.sort(keys, limit);
    std::vector<flow const*> sorted;
    sorted.reserve(keys.size());
    for (auto const& key : keys)
        sorted.push_back(by_id.at(key.id));
    return sorted;
}

} // namespace

task<bool> list_flows(call& c)
{
    auto const what = parse_flow_request(c.parameters);
    if (!what) {
        reply_error(c.x, http::status::bad_request, what.error().text);
        co_return true;
    }
    // A flow may leave at any time, and the table is in the order of the latest use: so all at once, of at
    // most flows-max.
    auto const now = coarse_now();
    auto& table = c.owner.flows();
    std::vector<flow const*> found;
    for (auto const& one : table.all(now)) {
        if (what->matches(one, now))
            found.push_back(&one);
    }
    auto const matched = found.size();
    if (what->order)
        found = in_order(found, *what->order, what->limit, now);
    found.resize(std::min<std::size_t>(found.size(), what->limit));
    std::string text;
    json_writer json(text);
    json.begin_object().member("evicted", table.evicted()).key("flows").begin_array();
    for (auto const* const one : found) {
        text += '\n';
        json.begin_object();
        append_flow(json, *one, now);
        json.end_object();
    }
    json.end_array().member("matched", matched).end_object();
    text += '\n';
    reply(c.x, http::status::ok, json_type, text);
    co_return true;
}

} // namespace polyport::admin
