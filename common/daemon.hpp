// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/acceptor.hpp"
#include "common/datagram_server.hpp"
#include "common/ready_report.hpp"
#include "common/runtime.hpp"
#include "common/service.hpp"
#include "common/settings.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyport {

/// The life of the daemon between its configuration and its exit: binds, serves, and on SIGTERM or SIGINT
/// drains. SIGHUP opens the log files anew, SIGUSR1 writes the tables to the log.
class daemon {
public:
    /// All outlive it.
    daemon(runtime& owner, std::list<service_instance>& services);

    /// Starts the services and binds their endpoints: all of them, or it throws start_error and none stays.
    void open(std::vector<enabled_endpoint> const& endpoints, inherited_sockets& inherited);

    /// What is bound, for the launch report.
    std::vector<ready_endpoint> endpoints() const;

    /// Serves until it is told to stop and everything has ended. False if something had to be left behind.
    bool run();

private:
    void spawn(std::string_view name, task<> loop);
    task<> watch_stop_signals();
    task<> watch_other_signals();
    task<> wait_until_empty(std::chrono::milliseconds at_most);
    bool is_empty() const noexcept { return owner_.connections().size() == 0 && loops_ == 0; }
    void stop_listening();
    void reopen_logs();
    void log_tables();

    runtime& owner_;
    std::list<service_instance>& services_;
    std::vector<std::unique_ptr<acceptor>> acceptors_;
    std::vector<std::unique_ptr<datagram_server>> datagram_servers_;
    boost::asio::signal_set stop_signals_;
    boost::asio::signal_set other_signals_;
    boost::asio::steady_timer left_; ///< cancelled when a connection or a loop has ended
    int loops_ = 0;
    bool hurry_ = false; ///< a second signal came
};

} // namespace polyport
