// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/flow_table.hpp"
#include "common/listener.hpp"
#include "common/log_throttle.hpp"
#include "common/readiness.hpp"
#include "common/runtime.hpp"
#include "common/task.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace polyport {

/// A datagram service on one socket: what UDP and UNIX datagrams have in common.
class datagram_server {
public:
    /// `owner` and `service` outlive it.
    datagram_server(runtime& owner, service_instance& service, listener bound);
    datagram_server(datagram_server const&) = delete;
    datagram_server& operator=(datagram_server const&) = delete;
    virtual ~datagram_server() = default;

    /// Until stop(). Run it once; the server lives until it has returned.
    virtual task<> run() = 0;
    /// Closes the socket, and removes its file.
    virtual void stop();

    service_instance const& service() const noexcept { return service_; }
    transport kind() const noexcept { return bound_.kind; }
    socket_address const& address() const noexcept { return bound_.address; }

protected:
    /// Lets the handler look at a message, and counts it with its answer. Returns the answer's size, if it
    /// gave one: the answer then stands at the beginning of `room`.
    /// No answer if the gate has refused it, or the answer. `local`: where it was sent to. `peer`: of a UNIX
    /// sender, if it is known.
    std::optional<std::size_t> handle(std::span<char> room, std::size_t size, socket_address const& local,
                                      socket_address const& sender,
                                      std::optional<ucred> const& peer = std::nullopt);
    /// Counts answers that have gone out.
    void count_sent(std::size_t messages, std::size_t bytes) noexcept;
    /// Takes an answer of handle() that did not go out from the counts of its flow, and tells of it.
    void answer_lost(socket_address const& local, socket_address const& receiver, std::size_t bytes,
                     std::string_view reason);
    /// Counts a message that stays without its answer, and logs that at a bounded rate.
    void count_lost_answer(socket_address const& receiver, std::string_view reason);

    runtime& owner_;
    service_instance& service_;
    gate& gate_;
    listener bound_;
    watched socket_;
    bool stopped_ = false;

private:
    log_throttle failures_{10, std::chrono::seconds(10)};
    log_throttle new_flows_{10, std::chrono::seconds(1)};
    log_throttle lost_answers_{10, std::chrono::seconds(10)};
};

} // namespace polyport
