// SPDX-License-Identifier: BSL-1.0
#include "services/admin/connection_filter.hpp"

#include "common/option_values.hpp"
#include "common/service.hpp"
#include "services/admin/take.hpp"

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

std::string lower_case(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return text;
}

checked<void> take_known(connection_filter& into, parameter const& from)
{
    if (from.name == "state")
        return take_word<connection_state>(into.state, from, states);
    if (from.name == "peer")
        return take_word<peer_state>(into.peer, from, peer_states);
    if (from.name == "uid")
        return take_value(into.uid, from, parse_number<std::uint32_t>(from.value));
    if (from.name == "program")
        return take_value(into.program, from, parse_switch(from.value));
    if (from.name == "control")
        return take_value(into.control, from, parse_switch(from.value));
    if (from.name == "user")
        return take_text(into.user, from);
    if (from.value.empty())
        return wrong(from, "a value is missing");
    into.text = lower_case(from.value);
    return {};
}

// What the tables of the command and of the page show of it. Requests of the control interface are questions
// such as this one, which would find itself.
bool mentions(connection const& c, std::string const& text)
{
    std::string all = std::to_string(c.id);
    for (auto const part :
         {c.service.name(), to_string(c.kind), to_string(c.state), to_string(c.peer_presence()),
          c.service.definition.control ? std::string_view() : c.request,
          c.user ? std::string_view(*c.user) : std::string_view(),
          c.process ? c.process->program : std::string_view()})
        all.append("\n").append(part);
    all.append("\n").append(c.remote.raw()).append("\n").append(c.local.raw());
    if (c.peer)
        all.append("\nuid ").append(std::to_string(c.peer->uid));
    if (c.process)
        all.append("\npid ").append(std::to_string(c.process->pid));
    return lower_case(std::move(all)).find(text) != std::string::npos;
}

bool is_of_connections(std::string_view name)
{
    static constexpr std::array<std::string_view, 7> names{"state",   "peer",    "uid", "user",
                                                           "program", "control", "text"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

checked<bool> take_filter(connection_filter& into, parameter const& from)
{
    auto const common = take_peer_filter(into.common, from, transports);
    if (!common)
        return common.error();
    if (!*common && !is_of_connections(from.name))
        return false;
    if (!*common) {
        if (auto const taken = take_known(into, from); !taken)
            return taken.error();
    }
    into.given = true;
    return true;
}

bool connection_filter::matches(connection const& c, connection::time_point now) const
{
    return common.fits(c, c.service.name(), now) && (!state || c.state == *state) &&
           (!peer || c.peer_presence() == *peer) && (!uid || (c.peer && c.peer->uid == *uid)) &&
           (!user || (c.user && *c.user == *user)) && (!program || (c.process != nullptr) == *program) &&
           (!control || c.service.definition.control == *control) && (text.empty() || mentions(c, text));
}

} // namespace polyport::admin
