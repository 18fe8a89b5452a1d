// SPDX-License-Identifier: BSL-1.0
#include "common/tcp_state.hpp"

#include <array>
#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace polyport {

result<tcp_state> tcp_state_of(int fd)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return error_code(errno, boost::system::system_category());
    return tcp_state{info.tcpi_state,    info.tcpi_rtt,           info.tcpi_rttvar,
                     info.tcpi_snd_cwnd, info.tcpi_total_retrans, info.tcpi_unacked};
}

std::string_view tcp_state_name(std::uint8_t state) noexcept
{
    static constexpr std::array<std::string_view, 12> names{
        "unknown",   "ESTABLISHED", "SYN_SENT",   "SYN_RECEIVED", "FIN_WAIT_1", "FIN_WAIT_2",
        "TIME_WAIT", "CLOSED",      "CLOSE_WAIT", "LAST_ACK",     "LISTEN",     "CLOSING"};
    return state < names.size() ? names[state] : names[0];
}

} // namespace polyport
