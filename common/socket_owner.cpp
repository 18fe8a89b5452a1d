// SPDX-License-Identifier: BSL-1.0
#include "common/socket_owner.hpp"

#include "common/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace polyport {
namespace {

error_code failure(int code)
{
    return {code, boost::system::system_category()};
}

struct question {
    nlmsghdr header{};
    inet_diag_req_v2 request{};
};

// One side of a socket's identity. An IPv4 connection to a dual-stack listener is known as IPv4.
bool put_side(socket_address const& from, inet_diag_req_v2& into, __be32* address, __be16& port)
{
    sockaddr_storage storage{};
    from.fill(storage);
    std::uint8_t family = AF_INET;
    if (storage.ss_family == AF_INET) {
        auto const& v4 = reinterpret_cast<sockaddr_in const&>(storage);
        std::memcpy(address, &v4.sin_addr, sizeof v4.sin_addr);
        port = v4.sin_port;
    } else if (storage.ss_family == AF_INET6) {
        auto const& v6 = reinterpret_cast<sockaddr_in6 const&>(storage);
        port = v6.sin6_port;
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            std::memcpy(address, v6.sin6_addr.s6_addr + 12, 4);
        } else {
            family = AF_INET6;
            std::memcpy(address, &v6.sin6_addr, sizeof v6.sin6_addr);
        }
    } else {
        return false;
    }
    bool const first = into.sdiag_family == AF_UNSPEC;
    if (first)
        into.sdiag_family = family;
    return into.sdiag_family == family;
}

} // namespace

result<uid_t> owner_of_peer(socket_address const& own, socket_address const& peer)
{
    question ask;
    ask.header.nlmsg_len = sizeof ask;
    ask.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    ask.header.nlmsg_flags = NLM_F_REQUEST;
    auto& r = ask.request;
    r.sdiag_protocol = IPPROTO_TCP;
    r.idiag_states = ~0U;
    r.id.idiag_cookie[0] = r.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (!put_side(peer, r, r.id.idiag_src, r.id.idiag_sport) ||
        !put_side(own, r, r.id.idiag_dst, r.id.idiag_dport))
        return failure(EAFNOSUPPORT);

    unique_fd const socket(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (!socket)
        return failure(errno);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    // The kernel answers within the call: nothing is waited for.
    if (::sendto(socket.get(), &ask, sizeof ask, 0, reinterpret_cast<sockaddr*>(&kernel), sizeof kernel) < 0)
        return failure(errno);
    alignas(nlmsghdr) std::array<char, 1024> answer;
    auto const size = ::recv(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT);
    if (size < static_cast<ssize_t>(sizeof(nlmsghdr)))
        return failure(size < 0 ? errno : EPROTO);
    nlmsghdr header{};
    std::memcpy(&header, answer.data(), sizeof header);
    if (header.nlmsg_type == NLMSG_ERROR) {
        nlmsgerr error{};
        std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error.error);
        return failure(error.error == 0 ? EPROTO : -error.error);
    }
    if (size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof(inet_diag_msg)))
        return failure(EPROTO);
    inet_diag_msg found{};
    std::memcpy(&found, answer.data() + NLMSG_HDRLEN, sizeof found);
    // Closed by its program, or only remembered (TIME_WAIT): the kernel then says uid 0, which is nobody's.
    if (found.idiag_state != TCP_ESTABLISHED || found.idiag_inode == 0)
        return failure(ENOENT);
    return uid_t{found.idiag_uid};
}

} // namespace polyport
