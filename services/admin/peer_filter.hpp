// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/transport.hpp"
#include "services/admin/query.hpp"
#include "services/admin/remote_match.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace polyport::admin {

/// What can be asked of connections and of flows alike: all that is given must hold.
struct peer_filter {
    std::optional<std::string> service;
    std::optional<transport> by;
    std::optional<remote_match> remote;
    std::chrono::milliseconds older{0};
    std::chrono::milliseconds idle{0};
    std::uint64_t bytes = 0; ///< received and sent together, at least

    /// `what`: a connection or a flow, of the service of this name.
    template <class Record>
    bool fits(Record const& what, std::string_view service_name,
              std::chrono::steady_clock::time_point now) const
    {
        return (!service || service_name == *service) && (!by || what.kind == *by) &&
               now - what.started >= older && now - what.last_activity >= idle &&
               what.received + what.sent >= bytes && (!remote || remote->matches(what.remote));
    }
};

/// Takes one parameter: `service`, `transport` (one of `transports`), `remote`, `older`, `idle` or `bytes`.
/// False if it is none of these. The problem names the parameter, and what would be right.
checked<bool> take_peer_filter(peer_filter& into, parameter const& from,
                               std::span<transport const> transports);

} // namespace polyport::admin
