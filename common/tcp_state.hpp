// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <cstdint>
#include <string_view>

namespace polyport {

/// What the kernel knows of a TCP connection (TCP_INFO), asked for without touching its stream.
struct tcp_state {
    std::uint8_t state = 0; ///< as in <netinet/tcp.h>: TCP_ESTABLISHED and so on
    std::uint32_t rtt_us = 0;
    std::uint32_t rtt_variance_us = 0;
    std::uint32_t congestion_window = 0; ///< segments
    std::uint32_t retransmits = 0;       ///< over the life of the connection
    std::uint32_t unacknowledged = 0;    ///< segments
    std::uint64_t delivery_rate = 0;     ///< bytes a second, as of the latest acknowledgements
    std::uint32_t last_received_ms = 0;  ///< since data came last, in milliseconds, as the next two
    std::uint32_t last_sent_ms = 0;
    std::uint32_t last_ack_ms = 0;
};

/// Fails with the error of getsockopt(2): not a TCP socket, or closed.
result<tcp_state> tcp_state_of(int fd);

/// "ESTABLISHED", "CLOSE_WAIT" …: the names of RFC 9293, section 3.3.2.
std::string_view tcp_state_name(std::uint8_t state) noexcept;

} // namespace polyport
