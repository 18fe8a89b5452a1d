// SPDX-License-Identifier: BSL-1.0
#include "services/admin/peer_filter.hpp"

#include "common/option_values.hpp"
#include "services/admin/take.hpp"

namespace polyport::admin {
namespace {

std::optional<checked<void>> take_known(peer_filter& into, parameter const& from,
                                        std::span<transport const> transports)
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
    return std::nullopt;
}

} // namespace

checked<bool> take_peer_filter(peer_filter& into, parameter const& from,
                               std::span<transport const> transports)
{
    auto const taken = take_known(into, from, transports);
    if (!taken)
        return false;
    if (!*taken)
        return taken->error();
    return true;
}

} // namespace polyport::admin
