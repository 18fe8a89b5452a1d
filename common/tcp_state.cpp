// SPDX-License-Identifier: BSL-1.0
#include "common/tcp_state.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace polyport {

namespace {

// What glibc's tcp_info does not have: the structure of the kernel goes on behind it, and only ever grows
// (struct tcp_info of <linux/tcp.h>, which cannot be included beside <netinet/tcp.h>).
constexpr std::size_t delivery_rate_offset = 160;

} // namespace

result<tcp_state> tcp_state_of(int fd)
{
    alignas(tcp_info) std::array<char, 256> bytes{};
    socklen_t size = bytes.size();
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, bytes.data(), &size) != 0)
        return error_code(errno, boost::system::system_category());
    tcp_info info{};
    std::memcpy(&info, bytes.data(), sizeof info);
    std::uint64_t delivery_rate = 0; // stays so before Linux 4.9
    std::memcpy(&delivery_rate, bytes.data() + delivery_rate_offset, sizeof delivery_rate);
    return tcp_state{.state = info.tcpi_state,
                     .rtt_us = info.tcpi_rtt,
                     .rtt_variance_us = info.tcpi_rttvar,
                     .congestion_window = info.tcpi_snd_cwnd,
                     .retransmits = info.tcpi_total_retrans,
                     .unacknowledged = info.tcpi_unacked,
                     .delivery_rate = delivery_rate,
                     .last_received_ms = info.tcpi_last_data_recv,
                     .last_sent_ms = info.tcpi_last_data_sent,
                     .last_ack_ms = info.tcpi_last_ack_recv};
}

std::string_view tcp_state_name(std::uint8_t state) noexcept
{
    static constexpr std::array<std::string_view, 12> names{
        "unknown",   "ESTABLISHED", "SYN_SENT",   "SYN_RECEIVED", "FIN_WAIT_1", "FIN_WAIT_2",
        "TIME_WAIT", "CLOSED",      "CLOSE_WAIT", "LAST_ACK",     "LISTEN",     "CLOSING"};
    return state < names.size() ? names[state] : names[0];
}

} // namespace polyport
