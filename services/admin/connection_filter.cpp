// SPDX-License-Identifier: BSL-1.0
#include "services/admin/connection_filter.hpp"

#include "common/option_values.hpp"
#include "common/quoted.hpp"
#include "common/service.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace polyport::admin {
namespace {

constexpr std::array transports{transport::tcp, transport::unix_stream};
constexpr std::array states{connection_state::busy, connection_state::idle, connection_state::reading,
                            connection_state::writing, connection_state::closing};
constexpr std::array peer_states{peer_state::present, peer_state::half_closed, peer_state::closed,
                                 peer_state::reset,   peer_state::vanished,    peer_state::failed};

problem wrong(parameter const& from, std::string const& sentence)
{
    return {from.name + ": " + sentence};
}

template <class Value, std::size_t Count>
checked<void> take_word(std::optional<Value>& into, parameter const& from,
                        std::array<Value, Count> const& all)
{
    std::string words;
    for (auto const one : all) {
        if (to_string(one) == from.value) {
            into = one;
            return {};
        }
        words += (words.empty() ? "" : ", ") + std::string(to_string(one));
    }
    return wrong(from, quoted(from.value) + " is not one of " + words);
}

template <class Value>
checked<void> take_value(Value& into, parameter const& from, checked<Value> const& read)
{
    if (!read)
        return wrong(from, read.error().text);
    into = *read;
    return {};
}

checked<void> take_known(connection_filter& into, parameter const& from)
{
    if (from.name == "transport")
        return take_word(into.by, from, transports);
    if (from.name == "state")
        return take_word(into.state, from, states);
    if (from.name == "peer")
        return take_word(into.peer, from, peer_states);
    if (from.name == "older")
        return take_value(into.older, from, parse_duration(from.value));
    if (from.name == "idle")
        return take_value(into.idle, from, parse_duration(from.value));
    if (from.name == "bytes")
        return take_value(into.bytes, from, parse_size(from.value));
    if (from.name == "uid") {
        auto const uid = parse_number<std::uint32_t>(from.value);
        if (!uid)
            return wrong(from, uid.error().text);
        into.uid = *uid;
        return {};
    }
    if (from.name == "program") {
        auto const flag = parse_switch(from.value);
        if (!flag)
            return wrong(from, flag.error().text);
        into.program = *flag;
        return {};
    }
    if (from.value.empty())
        return wrong(from, "a value is missing");
    auto& text = from.name == "service" ? into.service : from.name == "user" ? into.user : into.remote;
    text = from.value;
    return {};
}

bool is_filter(std::string_view name)
{
    static constexpr std::array<std::string_view, 11> names{"service", "transport", "state", "peer",
                                                            "remote",  "uid",       "user",  "program",
                                                            "older",   "idle",      "bytes"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

checked<bool> take_filter(connection_filter& into, parameter const& from)
{
    if (!is_filter(from.name))
        return false;
    if (auto const taken = take_known(into, from); !taken)
        return taken.error();
    into.given = true;
    return true;
}

bool connection_filter::matches(connection const& c, connection::time_point now) const
{
    return (!service || c.service.name() == *service) && (!by || c.kind == *by) &&
           (!state || c.state == *state) && (!peer || c.peer_presence() == *peer) &&
           (!uid || (c.peer && c.peer->uid == *uid)) && (!user || (c.user && *c.user == *user)) &&
           (!program || (c.process != nullptr) == *program) && now - c.started >= older &&
           now - c.last_activity >= idle && c.received + c.sent >= bytes &&
           (!remote || c.remote.to_string().starts_with(*remote));
}

} // namespace polyport::admin
