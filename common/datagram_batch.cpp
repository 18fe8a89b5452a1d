// SPDX-License-Identifier: BSL-1.0
#include "common/datagram_batch.hpp"

namespace polyport {
namespace {

// What came as "this was sent to A, over interface I" goes out as "from A, over whichever interface": the
// route decides, but for link-local addresses, which mean nothing without their interface.
void turn_around(msghdr& message) noexcept
{
    for (auto* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            reinterpret_cast<in_pktinfo*>(CMSG_DATA(c))->ipi_ifindex = 0;
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            auto* const info = reinterpret_cast<in6_pktinfo*>(CMSG_DATA(c));
            if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr))
                info->ipi6_ifindex = 0;
        }
    }
}

} // namespace

datagram_batch::datagram_batch() : memory_(std::make_unique_for_overwrite<char[]>(capacity * stride))
{
    for (std::size_t i = 0; i < capacity; ++i) {
        parts_[i] = {slot(i), largest};
        auto& header = inbox_[i].msg_hdr;
        header.msg_name = &senders_[i];
        header.msg_iov = &parts_[i];
        header.msg_iovlen = 1;
        header.msg_control = controls_[i].data();
    }
}

int datagram_batch::receive(int fd) noexcept
{
    queued_ = sent_ = 0;
    for (std::size_t i = 0; i < capacity; ++i) {
        parts_[i].iov_len = largest;
        inbox_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in6);
        inbox_[i].msg_hdr.msg_controllen = control_size;
    }
    return ::recvmmsg(fd, inbox_.data(), capacity, MSG_DONTWAIT, nullptr);
}

socket_address datagram_batch::sender(std::size_t i) const
{
    return socket_address::from(reinterpret_cast<sockaddr const*>(&senders_[i]),
                                inbox_[i].msg_hdr.msg_namelen);
}

socket_address datagram_batch::local(std::size_t i, socket_address const& bound) const
{
    auto& message = const_cast<msghdr&>(inbox_[i].msg_hdr); // CMSG_NXTHDR does not write to it
    for (auto* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            sockaddr_in to{};
            to.sin_family = AF_INET;
            to.sin_port = htons(bound.port());
            to.sin_addr = reinterpret_cast<in_pktinfo const*>(CMSG_DATA(c))->ipi_spec_dst;
            return socket_address::from(reinterpret_cast<sockaddr const*>(&to), sizeof to);
        }
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            auto const* const info = reinterpret_cast<in6_pktinfo const*>(CMSG_DATA(c));
            sockaddr_in6 to{};
            to.sin6_family = AF_INET6;
            to.sin6_port = htons(bound.port());
            to.sin6_addr = info->ipi6_addr;
            if (IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr))
                to.sin6_scope_id = info->ipi6_ifindex;
            return socket_address::from(reinterpret_cast<sockaddr const*>(&to), sizeof to);
        }
    }
    return bound;
}

void datagram_batch::answer(std::size_t i, std::size_t size) noexcept
{
    parts_[i].iov_len = size;
    auto& out = outbox_[queued_++];
    out.msg_hdr = inbox_[i].msg_hdr;
    out.msg_hdr.msg_flags = 0;
    if (out.msg_hdr.msg_controllen == 0)
        out.msg_hdr.msg_control = nullptr;
    turn_around(out.msg_hdr);
}

datagram_batch::sent datagram_batch::send(int fd) noexcept
{
    sent made;
    made.messages =
        ::sendmmsg(fd, outbox_.data() + sent_, static_cast<unsigned>(answers()), MSG_DONTWAIT | MSG_NOSIGNAL);
    for (int i = 0; i < made.messages; ++i)
        made.bytes += outbox_[sent_++].msg_hdr.msg_iov->iov_len;
    return made;
}

datagram_batch::lost datagram_batch::skip_answer() noexcept
{
    auto const& header = outbox_[sent_++].msg_hdr;
    auto const slot = static_cast<std::size_t>(header.msg_iov - parts_.data());
    return {slot, header.msg_iov->iov_len};
}

} // namespace polyport
