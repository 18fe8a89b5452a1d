// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/const_bytes.hpp"
#include "common/flow_table.hpp"
#include "common/handler_log.hpp"
#include "common/socket_address.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace polyport {

/// One message of a datagram service, as its handler sees it: the bytes that came, in a buffer of the
/// service's, and room for the answer in their place.
class datagram {
public:
    /// `room` begins with the `size` bytes that came. `from` is what is known of the sender.
    datagram(std::span<char> room, std::size_t size, flow& from, handler_log log) noexcept
        : room_(room), size_(size), from_(from), log_(log)
    {
    }

    std::span<char> bytes() const noexcept { return room_.first(size_); }
    std::string_view text() const noexcept { return {room_.data(), size_}; }
    /// All of the buffer: as much as an answer can be.
    std::span<char> room() const noexcept { return room_; }
    socket_address const& sender() const noexcept { return from_.remote; }
    /// What passed between the service and the sender so far, this message included.
    flow const& from() const noexcept { return from_; }
    /// Records that name the flow, its service and its peer.
    handler_log const& log() const noexcept { return log_; }

    /// The first `size` bytes of room() go back to the sender, in one datagram. Not called: no answer.
    void reply(std::size_t size) noexcept { answer_ = std::min(size, room_.size()); }
    /// These bytes do, as far as they fit into room(). They may lie within it.
    void reply(const_bytes bytes) noexcept
    {
        auto const size = std::min(bytes.size(), room_.size());
        std::memmove(room_.data(), bytes.data(), size);
        reply(size);
    }
    std::optional<std::size_t> answer() const noexcept { return answer_; }

    /// Where the service keeps what it knows of the flow; see flow_service.
    std::unique_ptr<flow_state>& state() const noexcept { return from_.state; }

private:
    std::span<char> room_;
    std::size_t size_;
    flow& from_;
    handler_log log_;
    std::optional<std::size_t> answer_;
};

} // namespace polyport
