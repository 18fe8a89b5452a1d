// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/datagram_server.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace polyport {

/// A datagram service on one UNIX socket. The transport is reliable and keeps order, so an answer that the
/// receiver's full queue does not take waits its turn, and later ones for the same receiver behind it: for a
/// while, and within bounds, while the others are served. A sender that is bound to no name cannot be
/// answered: its messages are counted and logged.
class unix_datagram_server final : public datagram_server {
public:
    unix_datagram_server(runtime& owner, service_instance& service, listener bound);

    task<> run() override;
    void stop() override;

private:
    struct pending_answer {
        socket_address receiver;
        std::string bytes;
        std::chrono::steady_clock::time_point give_up_at;
    };
    enum class sending { done, full, lost };

    bool receive_one();
    sending send(socket_address const& receiver, std::span<char const> bytes);
    void answer(socket_address const& receiver, std::span<char const> bytes);
    void keep(socket_address const& receiver, std::span<char const> bytes);
    void retry_pending();
    void retry_later();

    std::vector<char> buffer_;
    std::deque<pending_answer> pending_;
    std::size_t pending_bytes_ = 0;
    boost::asio::steady_timer retry_;
    bool const asks_for_peers_;
    bool retrying_ = false;
    std::uint64_t unnamed_ = 0;
    log_throttle unnamed_senders_{1, std::chrono::seconds(10)};
};

} // namespace polyport
