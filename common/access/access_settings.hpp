// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rate.hpp"
#include "common/access/rule.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace polyport {

class option_set;

/// A value for all services, and others for some of them: `VALUE`, `SERVICE=VALUE`.
template <class T>
struct per_service {
    T all{};
    std::map<std::string, T, std::less<>> own;

    /// What is set for the service, or else for all.
    T const& of(std::string_view service) const
    {
        auto const found = own.find(service);
        return found == own.end() ? all : found->second;
    }
    T own_of(std::string_view service) const
    {
        auto const found = own.find(service);
        return found == own.end() ? T{} : found->second;
    }
};

/// Who may come in, and how much of them.
struct access_settings {
    std::vector<known_service> services; ///< that exist; set before the options are read

    std::vector<access_rule> rules; ///< in their order
    bool default_allow = true;
    /// Whether a file can be read by the user that the daemon is to be; null if it stays who it is.
    std::function<bool(std::string const& path)> can_read;

    std::map<std::string, std::uint32_t, std::less<>> max_connections; ///< of one service
    per_service<std::uint32_t> connections_per_ip; ///< 0: no limit; `all` counts over all services
    per_service<rate> connection_rate;             ///< of new ones from one source; counted alike
    per_service<rate> datagram_rate;               ///< of one source
    per_service<std::uint64_t> byte_rate;          ///< sent on one connection a second; 0: no limit
    std::vector<address_range> exempt;             ///< from the limits for each source
};

/// Adds the options of `settings`, which must outlive the set. `max_connections` is the limit of the daemon.
void declare(option_set& options, access_settings& settings, std::uint32_t& max_connections);

} // namespace polyport
