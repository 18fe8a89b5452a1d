// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/socket_address.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

#include <sys/socket.h>

namespace polyport {

class connection;
class event_hub;

/// What was not served.
struct refused_event {
    std::string_view service;
    socket_address const& remote;
    std::optional<ucred> const& peer; ///< of a UNIX peer
    std::uint64_t id;                 ///< of the connection, if there is one
    std::string_view reason;          ///< as in the metric polyport_refused_total
    std::uint64_t held_back;          ///< that were not told since the last one
};

/// The events "opened", "closed" and "refused"; without subscribers they cost a look.
void publish_opened(event_hub& hub, connection const& c);
void publish_closed(event_hub& hub, connection const& c) noexcept;
void publish_refused(event_hub& hub, refused_event const& what);

} // namespace polyport
