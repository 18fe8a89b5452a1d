// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace polyport {

class connection;
class event_hub;
class socket_address;

/// The events "opened", "closed" and "refused"; without subscribers they cost a look.
void publish_opened(event_hub& hub, connection const& c);
void publish_closed(event_hub& hub, connection const& c) noexcept;
/// `reason`: as in the metric polyport_refused_total.
void publish_refused(event_hub& hub, std::string_view service, socket_address const& remote,
                     std::string_view reason);

} // namespace polyport
