// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/datagram.hpp"
#include "common/socket_address.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include <netinet/in.h>
#include <sys/socket.h>

namespace polyport {

/// Room for one recvmmsg(2) of UDP datagrams and the sendmmsg(2) of the answers. Each slot holds the largest
/// datagram there is (65,527 bytes over IPv6), so none is ever cut. Memory that no datagram has reached is
/// never touched.
class datagram_batch {
public:
    static constexpr std::size_t capacity = 64;

    datagram_batch();

    /// Receives what is there, without waiting. Returns how many came, or -1 with errno.
    int receive(int fd) noexcept;

    std::span<char> bytes(std::size_t i) noexcept { return {slot(i), inbox_[i].msg_len}; }
    std::span<char> room(std::size_t i) noexcept { return {slot(i), largest}; }
    socket_address sender(std::size_t i) const;
    /// The address that it was sent to, where the kernel tells (a socket bound to every address); else
    /// `bound`, whose port it has in any case.
    socket_address local(std::size_t i, socket_address const& bound) const;

    /// Queues the first `size` bytes of slot `i` as an answer to its sender, from the address that it was
    /// sent to.
    void answer(std::size_t i, std::size_t size) noexcept;
    std::size_t answers() const noexcept { return queued_ - sent_; }

    struct sent {
        int messages = 0; ///< -1: none, for the reason in errno
        std::size_t bytes = 0;
    };
    /// Sends what is queued, without waiting. An error is about the first that is left, which skip_answer()
    /// gives up.
    sent send(int fd) noexcept;
    struct lost {
        std::size_t slot = 0; ///< of the datagram that was to be answered
        std::size_t bytes = 0;
    };
    lost skip_answer() noexcept;

private:
    // 128 bytes more than a power of two: else all slots would begin at the same cache sets, of which there
    // are fewer than slots.
    static constexpr std::size_t largest = 65'535;
    static constexpr std::size_t stride = 65'536 + 128;
    static constexpr std::size_t control_size = 64;

    char* slot(std::size_t i) noexcept { return memory_.get() + i * stride; }

    std::unique_ptr<char[]> memory_;
    std::array<sockaddr_in6, capacity> senders_;
    std::array<iovec, capacity> parts_;
    std::array<mmsghdr, capacity> inbox_{};
    std::array<mmsghdr, capacity> outbox_{};
    alignas(cmsghdr) std::array<std::array<char, control_size>, capacity> controls_;
    std::size_t queued_ = 0;
    std::size_t sent_ = 0;
};

} // namespace polyport
