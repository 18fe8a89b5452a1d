// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/options.hpp"
#include "common/ready_report.hpp"

#include <list>
#include <span>
#include <string_view>
#include <vector>

namespace polyport {

struct service_instance;

/// What a service that steers the daemon may ask of it.
class daemon_control {
public:
    virtual ~daemon_control() = default;

    /// As SIGTERM does. `cause` is for the log. Returns at once; again is harmless.
    virtual void drain(std::string_view cause) = 0;
    /// As SIGHUP does.
    virtual void reopen_logs() = 0;

    virtual std::vector<ready_endpoint> endpoints() const = 0;
    virtual std::list<service_instance> const& services() const = 0;
    /// Every option with what it is set to; see option_set::in_force.
    virtual std::span<option_in_force const> configuration() const = 0;
};

} // namespace polyport
