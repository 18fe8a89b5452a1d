// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/listener.hpp"
#include "common/log_throttle.hpp"
#include "common/readiness.hpp"
#include "common/runtime.hpp"
#include "common/task.hpp"
#include "common/timer.hpp"

namespace polyport {

/// Accepts the connections of one listener and lets each, past the one point of admission, have its handler.
///
/// At the limit on connections it stops accepting, and the backlog holds the others; when the kernel runs out
/// of descriptors or memory it pauses. A connection that leaves ends either pause at once. It never ends by
/// itself.
class acceptor {
public:
    /// `owner` and `service` outlive it.
    acceptor(runtime& owner, service_instance& service, listener bound);
    acceptor(acceptor const&) = delete;
    acceptor& operator=(acceptor const&) = delete;
    ~acceptor();

    /// Until stop(). Run it once; the acceptor lives until it has returned.
    task<> run();
    /// Closes the listener, and removes its socket file.
    void stop();

    service_instance const& service() const noexcept { return service_; }
    transport kind() const noexcept { return bound_.kind; }
    socket_address const& address() const noexcept { return bound_.address; }

private:
    enum class step { go_on, wait_for_one, wait_for_room, pause };

    step accept_some();
    bool has_room() const noexcept;
    void admit(unique_fd fd, sockaddr const& peer, socklen_t length);
    task<> pause_until(std::chrono::steady_clock::time_point at);

    runtime& owner_;
    service_instance& service_;
    gate& gate_;
    listener bound_;
    bool const any_local_address_; ///< the listener's address does not tell a connection's local one
    watched socket_;
    timer pause_over_;
    log_throttle trouble_;
    bool paused_ = false; ///< said so in the log
    bool stopped_ = false;
};

} // namespace polyport
