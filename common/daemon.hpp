// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/acceptor.hpp"
#include "common/daemon_control.hpp"
#include "common/datagram_server.hpp"
#include "common/ready_report.hpp"
#include "common/runtime.hpp"
#include "common/service.hpp"
#include "common/settings.hpp"
#include "common/timer.hpp"

#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyport {

/// The life of the daemon between its configuration and its exit: binds, serves, and on SIGTERM or SIGINT
/// drains. SIGHUP opens the log files anew, SIGUSR1 writes the tables to the log.
class daemon final : public daemon_control {
public:
    /// All outlive it.
    daemon(runtime& owner, std::list<service_instance>& services,
           std::span<option_in_force const> configuration = {});
    ~daemon() override;

    /// Starts the services and binds their endpoints: all of them, or it throws start_error and none stays.
    void open(std::vector<enabled_endpoint> const& endpoints, inherited_sockets& inherited);

    /// What is bound, for the launch report.
    std::vector<ready_endpoint> endpoints() const override;

    /// Serves until it is told to stop and everything has ended. False if something had to be left behind.
    bool run();

    void drain(std::string_view cause) override;
    void reopen_logs() override;
    std::list<service_instance> const& services() const override { return services_; }
    std::span<option_in_force const> configuration() const override { return configuration_; }

private:
    void spawn(std::string_view name, task<> loop, bool control);
    task<> watch_stop_signals();
    task<> watch_other_signals();
    task<> tell_service_manager(std::chrono::microseconds interval);
    task<> drain_connections();
    task<> end_control();
    task<> wait_for_pool(std::chrono::milliseconds at_most);
    task<> wait_until(bool (daemon::*holds)() const noexcept, std::chrono::milliseconds at_most);
    bool is_drained() const noexcept;
    bool is_without_control() const noexcept;
    bool is_empty() const noexcept { return owner_.connections().size() == 0 && loops_ == 0; }
    void stop_listening(bool control);
    void log_tables();

    runtime& owner_;
    std::list<service_instance>& services_;
    std::vector<std::unique_ptr<acceptor>> acceptors_;
    std::vector<std::unique_ptr<datagram_server>> datagram_servers_;
    boost::asio::signal_set stop_signals_;
    boost::asio::signal_set other_signals_;
    timer left_;  ///< cancelled when a connection or a loop has ended
    timer alive_; ///< when the service manager hears of us next
    std::span<option_in_force const> configuration_;
    int loops_ = 0;         ///< of acceptors and datagram services
    int control_loops_ = 0; ///< those of them that are a control service's
    std::string cause_;     ///< of the drain, if no signal
    bool hurry_ = false;    ///< a second signal came
};

} // namespace polyport
