// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/buffer_pool.hpp"
#include "common/clock.hpp"
#include "common/connection_table.hpp"
#include "common/daemon_control.hpp"
#include "common/event_hub.hpp"
#include "common/flow_table.hpp"
#include "common/gate.hpp"
#include "common/log.hpp"
#include "common/metrics.hpp"
#include "common/readiness.hpp"
#include "common/service.hpp"
#include "common/settings.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>

#include <sys/resource.h>

namespace polyport {

class name_lookup;
class timer;
class worker_pool;

/// What every service stands on: the one io_context with all that hangs on it. Outlives every coroutine.
/// Used by the thread that runs the context alone, but for the logger.
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
    gates& admission() noexcept { return gates_; }
    name_lookup& names() noexcept { return *names_; }
    buffer_pool& buffers() noexcept { return buffers_; }
    /// What is counted. A service asks for counters of its own in start(), and keeps references to them.
    metrics_registry& metrics() noexcept { return metrics_; }

    /// For whoever watches what happens.
    event_hub& events() noexcept { return events_; }
    /// What the daemon can be told and asked by a service that steers it; null outside of the daemon.
    daemon_control* control() const noexcept { return control_; }
    void set_control(daemon_control* control) noexcept { control_ = control; }

    std::chrono::steady_clock::time_point started() const noexcept { return started_; }

    /// The soft limit on descriptors that the daemon was started with, for programs that it starts.
    rlim_t initial_descriptors() const noexcept { return initial_descriptors_; }

    /// A few threads for what blocks (directory scans) or takes long (compression).
    worker_pool& background() noexcept { return *background_; }

    /// Lets the handler of `service` have the connection, as a task that belongs to the table. An exception
    /// that escapes it is logged as a bug, and ends that connection alone.
    void spawn(service_instance& service, connection_ptr c);
    /// The same, once the client's name is known, and if it may come in with it.
    void spawn_when_named(service_instance& service, connection_ptr c);
    /// Tells the log, and who watches, that a connection has come in; so they hear of its end, too.
    void announce(connection& c);
    /// Starts one more task that belongs to the connection; see stream::start().
    void start(connection_ptr c, task<> companion);

    /// What deadlines and sleeps go by. Tests may simulate it.
    clock& time() noexcept { return clock_; }

private:
    void sweep_deadlines();
    void spawn(connection_ptr c, task<> handler);
    void log_held(std::uint64_t at_work, std::chrono::milliseconds time);
    void fail(connection& c, std::exception_ptr const& failure);

    server_settings const& settings_;
    logger& log_;
    rlim_t const initial_descriptors_;
    clock clock_;
    // Before the context: handlers that it destroys still count, leave the table and give back their buffers.
    metrics_registry metrics_;
    event_hub events_;
    gates gates_;
    connection_table connections_;
    flow_table flows_;
    buffer_pool buffers_;
    boost::asio::io_context context_{1}; // one thread runs it
    std::optional<readiness> sockets_;
    std::unique_ptr<name_lookup> names_;
    std::unique_ptr<timer> sweep_timer_;
    std::unique_ptr<worker_pool> background_;
    daemon_control* control_ = nullptr;
    std::chrono::steady_clock::time_point const started_ = coarse_now();
};

} // namespace polyport
