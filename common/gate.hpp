// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/access_settings.hpp"
#include "common/access/rate_table.hpp"
#include "common/access/rule_set.hpp"
#include "common/access/source_counts.hpp"
#include "common/connection.hpp"
#include "common/log_throttle.hpp"
#include "common/refusal.hpp"
#include "common/socket_address.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

namespace polyport {

class event_hub;
class logger;
class name_lookup;
struct service_instance;

/// Whether somebody is in one of some ranges of addresses.
bool is_in(std::vector<address_range> const& ranges, ip_number const& address) noexcept;

/// The limits that hold over all services.
struct shared_limits {
    explicit shared_limits(access_settings const& from)
        : settings(from), connection_rate(from.connection_rate.all)
    {
    }

    access_settings const& settings;
    source_counts connections;
    rate_table connection_rate;
};

/// What stands before one service: the access rules and the limits that are decided before its handler sees
/// anything. All refusals are counted in the service's stats, and logged and told to those who watch events
/// at a bounded rate.
class gate {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// All outlive it. `requests_follow`: what depends on a request is left to the service.
    gate(shared_limits& shared, service_instance& service, logger& log, event_hub& events);
    gate(gate const&) = delete;
    gate& operator=(gate const&) = delete;

    service_rules const& rules() const noexcept { return rules_; }
    service_instance const& service() const noexcept { return service_; }
    /// Below the service's own limit on connections.
    bool has_room() const noexcept;

    struct admitted {
        bool yes = false;
        bool needs_name = false;                   ///< first find out the client's name, then ask may_stay()
        std::unique_ptr<connection_limits> limits; ///< for connection::limits
    };
    /// A connection that has just been accepted.
    admitted admit(transport kind, socket_address const& remote, std::optional<ucred> const& peer,
                   time_point now);

    /// For a connection whose name had to be found out; `name` is empty if it is not known.
    bool may_stay(socket_address const& remote, std::string_view name);

    /// A datagram that has just come. False: it is dropped. Does not wait for names: one that is not known
    /// yet is asked for, and what comes meanwhile is dropped.
    bool admit_datagram(transport kind, socket_address const& sender, std::optional<ucred> const& peer,
                        name_lookup& names, time_point now)
    {
        return open_to_datagrams_ || look_at_datagram(kind, sender, peer, names, now);
    }

    bool is_exempt(ip_number const& address) const noexcept
    {
        return is_in(shared_.settings.exempt, address);
    }

    /// Counts what was not served, logs it and tells it. `detail`: which rule, or what else helps; `peer`:
    /// who a UNIX peer is.
    void refuse(refusal reason, socket_address const& remote, time_point now, std::string_view detail = {},
                std::optional<ucred> const& peer = std::nullopt)
    {
        refuse_to({remote, peer, 0}, reason, now, detail);
    }
    /// The same for a request of a connection.
    void refuse(refusal reason, connection const& by, std::string_view detail = {});
    /// The rule that decided, as `FILE:LINE: RULE`, or what the default is.
    std::string title_of(access_verdict const& verdict) const;

private:
    struct whom {
        socket_address const& remote;
        std::optional<ucred> peer;
        std::uint64_t id; ///< of a connection; 0: none
    };

    void refuse_to(whom const& client, refusal reason, time_point now, std::string_view detail);
    bool look_at_datagram(transport kind, socket_address const& sender, std::optional<ucred> const& peer,
                          name_lookup& names, time_point now);
    bool within_limits(ip_number const& address, socket_address const& remote, time_point now,
                       admitted& made);

    shared_limits& shared_;
    service_instance& service_;
    logger& log_;
    event_hub& events_;
    service_rules const rules_;
    bool const requests_follow_;
    std::uint32_t const max_connections_; ///< 0: no limit of its own
    std::uint32_t const per_ip_;
    std::uint32_t const per_ip_of_all_; // control services keep out of what all have together
    bool const counted_with_all_;       ///< in the rate of new connections of all services
    std::uint64_t const byte_rate_;
    bool const open_to_datagrams_;
    bool const limits_sources_;
    source_counts connections_;
    rate_table connection_rate_;
    rate_table datagram_rate_;
    log_throttle refusals_{10, std::chrono::seconds(10)};
    log_throttle refusals_told_{100, std::chrono::seconds(1)}; ///< to who watches events
};

/// The gates of all services, each made when it is first asked for.
class gates {
public:
    /// All outlive it.
    gates(access_settings const& settings, logger& log, event_hub& events)
        : shared_(settings), log_(log), events_(events)
    {
    }

    gate& of(service_instance& service);
    /// The one that of() has made for the service of this name.
    gate& named(std::string_view service);

private:
    shared_limits shared_;
    logger& log_;
    event_hub& events_;
    std::map<service_instance const*, std::unique_ptr<gate>> gates_;
};

} // namespace polyport
