// SPDX-License-Identifier: BSL-1.0
#include "common/daemon.hpp"

#include "common/connection_log.hpp"
#include "common/daemon_metrics.hpp"
#include "common/exception_text.hpp"
#include "common/loop_watch.hpp"
#include "common/service_manager.hpp"
#include "common/udp_server.hpp"
#include "common/unix_datagram_server.hpp"
#include "common/worker_pool.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <csignal>
#include <utility>

namespace polyport {
namespace {

// After the drain, for handlers to take note that their connection has ended.
constexpr std::chrono::milliseconds last_wait{3000};
// The end of work on the pool is looked for so often, when nothing else is left.
constexpr std::chrono::milliseconds pool_step{10};
// For answers to those who steer the daemon, and the last events.
constexpr std::chrono::milliseconds control_grace{500};

// The signal sets restore the default actions when they go: one more signal would end the process in the
// middle of its last steps, and spoil its exit status.
void hold_signals()
{
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

service_instance& service_named(std::list<service_instance>& services, std::string_view name)
{
    return *std::find_if(services.begin(), services.end(),
                         [name](service_instance const& s) { return s.name() == name; });
}

} // namespace

daemon::daemon(runtime& owner, std::list<service_instance>& services,
               std::span<option_in_force const> configuration)
    : owner_(owner), services_(services), stop_signals_(owner.context(), SIGTERM, SIGINT),
      other_signals_(owner.context(), SIGHUP, SIGUSR1), left_(owner.context()), alive_(owner.context()),
      configuration_(configuration)
{
    owner_.connections().watch_departures(left_);
    owner_.set_control(this);
    add_daemon_metrics(owner_);
}

daemon::~daemon()
{
    owner_.set_control(nullptr);
}

void daemon::open(std::vector<enabled_endpoint> const& endpoints, inherited_sockets& inherited)
{
    for (auto& service : services_)
        (void)owner_.admission().of(service);
    for (auto const& endpoint : endpoints) {
        auto& service = service_named(services_, endpoint.service);
        if (!std::exchange(service.started, true)) {
            add_service_metrics(owner_.metrics(), service);
            if (service.implementation)
                service.implementation->start(owner_);
        }
        auto settings = owner_.settings();
        if (auto const own = service.implementation ? service.implementation->socket_mode() : std::nullopt)
            settings.socket_mode = *own;
        auto bound = open_listeners(endpoint, service.definition.reached_by, settings, inherited);
        for (auto& one : bound.value()) { // throws start_error
            if (service.implementation)
                service.implementation->bound(one.kind, one.address);
            switch (one.kind) {
            case transport::tcp:
            case transport::unix_stream:
                acceptors_.push_back(std::make_unique<acceptor>(owner_, service, std::move(one)));
                break;
            case transport::udp:
                datagram_servers_.push_back(std::make_unique<udp_server>(owner_, service, std::move(one)));
                break;
            case transport::unix_datagram:
                datagram_servers_.push_back(
                    std::make_unique<unix_datagram_server>(owner_, service, std::move(one)));
                break;
            }
        }
    }
}

std::vector<ready_endpoint> daemon::endpoints() const
{
    std::vector<ready_endpoint> all;
    auto const add = [&all](auto const& server) {
        all.push_back(
            {std::string(server.service().name()), std::string(to_string(server.kind())), server.address()});
    };
    for (auto const& server : acceptors_)
        add(*server);
    for (auto const& server : datagram_servers_)
        add(*server);
    return all;
}

bool daemon::run()
{
    for (auto const& server : acceptors_)
        spawn("accept", server->run(), server->service().definition.control);
    for (auto const& server : datagram_servers_)
        spawn("datagrams", server->run(), false);
    boost::asio::co_spawn(owner_.context(), watch_other_signals(), [](std::exception_ptr const&) {});
    if (auto const interval = watchdog_interval())
        boost::asio::co_spawn(owner_.context(), tell_service_manager(*interval),
                              [](std::exception_ptr const&) {});
    boost::asio::co_spawn(owner_.context(), watch_stop_signals(),
                          [this](std::exception_ptr const&) { owner_.context().stop(); });
    loop_watch const watch(owner_.sockets(), owner_.settings().log);
    owner_.context().run();
    hold_signals();
    return is_empty() && owner_.background().jobs() == 0;
}

void daemon::spawn(std::string_view name, task<> loop, bool control)
{
    ++loops_;
    control_loops_ += control;
    boost::asio::co_spawn(
        owner_.context(), std::move(loop), [this, name, control](std::exception_ptr const& failure) {
            --loops_;
            control_loops_ -= control;
            left_.cancel();
            if (failure)
                owner_.log().error("loop-failed", {{"loop", name}, {"exception", text_of(failure)}});
        });
}

void daemon::drain(std::string_view cause)
{
    if (!cause_.empty() || owner_.connections().draining())
        return;
    cause_ = cause;
    stop_signals_.cancel();
}

task<> daemon::watch_stop_signals()
{
    auto const [error, number] = co_await stop_signals_.async_wait(as_tuple_awaitable);
    std::string_view const signal = number == SIGINT ? "SIGINT" : "SIGTERM";
    owner_.log().info("draining", {{"signal", cause_.empty() ? signal : std::string_view(cause_)},
                                   {"connections", owner_.connections().size()}});
    notify_service_manager("STOPPING=1");
    stop_signals_.async_wait([this](error_code failed, int) {
        if (failed)
            return;
        hurry_ = true;
        left_.cancel();
    });
    co_await drain_connections();
    co_await end_control();
    for (auto& service : services_) {
        if (service.implementation && service.started)
            co_await service.implementation->stop();
    }
    if (!is_empty())
        owner_.log().error("handlers-left", {{"connections", owner_.connections().size()},
                                             {"reason", "they did not end when their connection was ended"}});
    else
        co_await wait_for_pool(last_wait);
    if (auto const jobs = owner_.background().jobs(); jobs > 0)
        owner_.log().error("work-left", {{"jobs", jobs}, {"reason", "run_blocking() did not return"}});
}

task<> daemon::drain_connections()
{
    stop_listening(false);
    auto const patience = owner_.settings().drain_timeout;
    owner_.connections().drain(coarse_now() + patience);
    owner_.events().publish("draining", "{}");
    co_await wait_until(&daemon::is_drained, patience);
    if (is_drained())
        co_return;
    owner_.log().warning("drain-ended", {{"reason", hurry_ ? "second signal" : "drain-timeout"},
                                         {"connections", owner_.connections().size()}});
    owner_.connections().end_all(errc::drain_timeout, false);
    hurry_ = false;
    co_await wait_until(&daemon::is_drained, last_wait);
}

// Those who steer and watch go last: until here they could see what the drain waits for.
task<> daemon::end_control()
{
    stop_listening(true);
    owner_.connections().drain_control();
    owner_.events().publish("stopping", "{}");
    co_await wait_until(&daemon::is_without_control, control_grace);
    if (is_without_control())
        co_return;
    owner_.connections().end_all(errc::draining);
    hurry_ = false;
    co_await wait_until(&daemon::is_without_control, last_wait);
}

// What has begun there cannot be ended from here.
task<> daemon::wait_for_pool(std::chrono::milliseconds at_most)
{
    auto const until = std::chrono::steady_clock::now() + at_most;
    while (owner_.background().jobs() > 0 && !hurry_ && std::chrono::steady_clock::now() < until) {
        left_.expires_after(pool_step);
        co_await left_.async_wait(as_tuple_awaitable);
    }
}

bool daemon::is_without_control() const noexcept
{
    return owner_.connections().control() == 0 && control_loops_ == 0;
}

bool daemon::is_drained() const noexcept
{
    auto const& all = owner_.connections();
    return all.size() == all.control() && loops_ == control_loops_;
}

task<> daemon::wait_until(bool (daemon::*holds)() const noexcept, std::chrono::milliseconds at_most)
{
    auto const until = std::chrono::steady_clock::now() + at_most;
    while (!(this->*holds)() && !hurry_ && std::chrono::steady_clock::now() < until) {
        left_.expires_at(until);
        co_await left_.async_wait(as_tuple_awaitable);
    }
}

void daemon::stop_listening(bool control)
{
    for (auto const& server : acceptors_) {
        if (server->service().definition.control == control)
            server->stop();
    }
    if (control)
        return;
    for (auto const& server : datagram_servers_)
        server->stop();
}

task<> daemon::watch_other_signals()
{
    for (;;) {
        auto const [error, number] = co_await other_signals_.async_wait(as_tuple_awaitable);
        if (error)
            co_return;
        if (number == SIGHUP)
            reopen_logs();
        else
            log_tables();
    }
}

// From the loop itself: when it is held, the manager hears nothing, and starts the daemon anew.
task<> daemon::tell_service_manager(std::chrono::microseconds interval)
{
    for (;;) {
        notify_service_manager("WATCHDOG=1");
        alive_.expires_after(interval / 2);
        auto const [error] = co_await alive_.async_wait(as_tuple_awaitable);
        if (error)
            co_return;
    }
}

void daemon::reopen_logs()
{
    notify_service_manager(reloading_state());
    if (owner_.log().reopen())
        owner_.log().info("logs-reopened");
    for (auto const& service : services_) {
        if (service.implementation && service.started)
            service.implementation->reopen_logs();
    }
    notify_service_manager("READY=1");
}

void daemon::log_tables()
{
    auto& log = owner_.log();
    for (auto const& c : owner_.connections().all())
        log_connection(log, c);
    auto const now = coarse_now();
    for (auto const& known : owner_.flows().all(now))
        log_flow(log, known, now);
    for (auto const& service : services_) {
        if (service.implementation && service.started)
            service.implementation->log_tables();
    }
    log.info("tables", {{"connections", owner_.connections().size()},
                        {"flows", owner_.flows().all(now).size()},
                        {"accepted", owner_.connections().accepted()},
                        {"flows-evicted", owner_.flows().evicted()},
                        {"log-records-dropped", log.dropped()}});
}

} // namespace polyport
