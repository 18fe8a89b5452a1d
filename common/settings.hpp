// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/access_settings.hpp"
#include "common/accounts.hpp"
#include "common/endpoint_spec.hpp"
#include "common/log_settings.hpp"
#include "common/name_lookup/dns_settings.hpp"
#include "common/options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport {

/// What holds for the daemon as a whole.
struct server_settings {
    std::uint32_t max_connections = 10'000;
    std::uint32_t backlog = 1024;
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds write_timeout{30'000};
    std::chrono::milliseconds drain_timeout{10'000};

    std::chrono::milliseconds tcp_keepalive{0}; ///< idle time before the first probe; 0: none
    std::chrono::milliseconds tcp_keepalive_interval{10'000};
    std::uint32_t tcp_keepalive_probes = 3;
    std::chrono::milliseconds tcp_user_timeout{0}; ///< 0: the kernel's own, about 15 minutes

    std::uint32_t flows_max = 4096; ///< datagram peers that are remembered
    std::chrono::milliseconds flow_idle_timeout{60'000};

    access_settings access;
    dns_settings dns;

    unsigned socket_mode = 0660; ///< of UNIX sockets with a path
    file_owner socket_owner;

    log_settings log;

    std::string ready_file;                ///< empty: none
    std::optional<std::uint32_t> ready_fd; ///< open at start; 0 is refused

    std::string user;  ///< empty: stay
    std::string group; ///< empty: the user's own
};

/// Adds the options of `settings`, which must outlive the set.
void declare(option_set& options, server_settings& settings);

/// One endpoint of one service, as asked for.
struct enabled_endpoint {
    std::string service;
    endpoint_spec where;
    std::string origin; ///< `command line` or `FILE:LINE`
};

/// Adds `--SERVICE METAVAR`, repeatable: each value appends to `endpoints`, which all services may share and
/// which must outlive the set; `example` stands in the configuration file. Call options.group() before the
/// first.
option& declare_service(option_set& options, std::string_view service, std::string_view metavar,
                        std::string_view summary, std::vector<enabled_endpoint>& endpoints,
                        std::string_view example = {});

/// The group of the services, with a note on how an endpoint is written.
void begin_service_group(option_set& options);

} // namespace polyport
