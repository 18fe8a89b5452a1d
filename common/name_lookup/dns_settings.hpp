// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/socket_address.hpp"

#include <chrono>
#include <vector>

namespace polyport {

class option_set;

/// How domain names of clients are found out.
struct dns_settings {
    std::vector<socket_address> servers; ///< empty: those of /etc/resolv.conf
    std::chrono::milliseconds timeout{3000};
};

/// Adds the options of `settings`, which must outlive the set.
void declare(option_set& options, dns_settings& settings);

} // namespace polyport
