// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/metrics.hpp"

namespace polyport {

class runtime;
struct service_instance;

/// Adds what is counted for every service alike: connections or messages, bytes, life times. Once a service.
void add_service_metrics(metrics_registry& to, service_instance& service);

/// Adds what is counted of the daemon as a whole, and of its process. Once.
void add_daemon_metrics(runtime& owner);

} // namespace polyport
