// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/service_definition.hpp"
#include "common/settings.hpp"

#include <string>
#include <vector>

namespace polyport {

/// A service as far as its endpoints are concerned.
struct endpoint_user {
    std::string name;
    transports reached_by;
};

/// What can be known of endpoints before any is bound, as sentences: one that its service has no transport
/// for, and one that another has already. An endpoint for which the kernel chooses the port is always free.
std::vector<std::string> check_endpoints(std::vector<enabled_endpoint> const& endpoints,
                                         std::vector<endpoint_user> const& users);

/// Names the files to be made whose folders are not there (yet: a service manager may make them at start).
std::vector<std::string> missing_folders(std::vector<enabled_endpoint> const& endpoints,
                                         server_settings const& settings);

} // namespace polyport
