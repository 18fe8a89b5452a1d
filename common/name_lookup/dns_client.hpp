// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/name_lookup/dns_message.hpp"
#include "common/socket_address.hpp"
#include "common/task.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <vector>

namespace polyport {

/// Asks name servers over UDP, each from a port of its own that the kernel chooses, with a random number, so
/// that an answer cannot be forged from afar; and over TCP what does not fit. One server after the other
/// until one knows, or the time is over: then the reply is unusable.
class dns_client {
public:
    /// `loop` outlives every question.
    dns_client(boost::asio::io_context& loop, std::vector<socket_address> servers)
        : loop_(loop), servers_(std::move(servers))
    {
    }

    /// `question` lives until the reply is there.
    task<dns_reply> ask(dns_question const& question, std::chrono::steady_clock::time_point until);

private:
    boost::asio::io_context& loop_;
    std::vector<socket_address> const servers_;
};

} // namespace polyport
