// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/socket_address.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace polyport {

/// One message of a datagram service, as its handler sees it: the bytes that came, in a buffer of the
/// service's, and room for the answer in their place.
class datagram {
public:
    /// `room` begins with the `size` bytes that came.
    datagram(std::span<char> room, std::size_t size, socket_address const& sender) noexcept
        : room_(room), size_(size), sender_(sender)
    {
    }

    std::span<char> bytes() const noexcept { return room_.first(size_); }
    /// All of the buffer: as much as an answer can be.
    std::span<char> room() const noexcept { return room_; }
    socket_address const& sender() const noexcept { return sender_; }

    /// The first `size` bytes of room() go back to the sender, in one datagram. Not called: no answer.
    void reply(std::size_t size) noexcept { answer_ = size; }
    std::optional<std::size_t> answer() const noexcept { return answer_; }

private:
    std::span<char> room_;
    std::size_t size_;
    socket_address const& sender_;
    std::optional<std::size_t> answer_;
};

} // namespace polyport
