// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/buffer_pool.hpp"
#include "common/connection_table.hpp"
#include "common/flow_table.hpp"
#include "common/log.hpp"
#include "common/metrics.hpp"
#include "common/readiness.hpp"
#include "common/service.hpp"
#include "common/settings.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <optional>

#include <sys/resource.h>

namespace polyport {

/// What every service stands on: the one io_context with all that hangs on it. Outlives every coroutine.
/// Used by the thread that runs the context alone, but for logger and blocking_work().
class runtime {
public:
    /// `settings` and `log` outlive it. `initial_descriptors`: see below.
    runtime(server_settings const& settings, logger& log, rlim_t initial_descriptors);
    runtime(runtime const&) = delete;
    runtime& operator=(runtime const&) = delete;
    /// Destroys what handlers are left, without running them.
    ~runtime();

    server_settings const& settings() const noexcept { return settings_; }
    logger& log() noexcept { return log_; }
    boost::asio::io_context& context() noexcept { return context_; }
    readiness& sockets() noexcept { return *sockets_; }
    connection_table& connections() noexcept { return connections_; }
    flow_table& flows() noexcept { return flows_; }
    buffer_pool& buffers() noexcept { return buffers_; }
    /// What is counted. A service asks for counters of its own in start(), and keeps references to them.
    metrics_registry& metrics() noexcept { return metrics_; }

    /// The soft limit on descriptors that the daemon was started with, for programs that it starts.
    rlim_t initial_descriptors() const noexcept { return initial_descriptors_; }

    /// For what blocks: name look-ups, directory scans, password hashes. Started when it is first asked for.
    boost::asio::thread_pool& blocking_work();

    /// Lets the handler of `service` have the connection, as a task that belongs to the table. An exception
    /// that escapes it is logged as a bug, and ends that connection alone.
    void spawn(service_instance& service, std::unique_ptr<connection> c);

private:
    void sweep_deadlines();

    server_settings const& settings_;
    logger& log_;
    rlim_t const initial_descriptors_;
    // Before the context: handlers that it destroys still count, leave the table and give back their buffers.
    metrics_registry metrics_;
    connection_table connections_;
    flow_table flows_;
    buffer_pool buffers_;
    boost::asio::io_context context_{1}; // one thread runs it
    std::optional<readiness> sockets_;
    std::optional<boost::asio::steady_timer> sweep_timer_;
    std::optional<boost::asio::thread_pool> blocking_work_;
};

} // namespace polyport
