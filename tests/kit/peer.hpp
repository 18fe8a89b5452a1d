// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/unique_fd.hpp"

#include <string>
#include <string_view>

namespace polyport::testing {

class harness;

/// The client's end of a connection to a service under test. Does not outlive its harness.
class peer {
public:
    peer(harness& of, unique_fd fd) noexcept : of_(&of), fd_(std::move(fd)) {}

    /// Sends all of it, and lets the service work on it. What a service leaves unread beyond the socket's
    /// buffer throws failure.
    void send(std::string_view bytes);
    /// Sends the end of the stream.
    void shut_sending();
    /// Goes away.
    void close();

    /// All that has come and was not taken before.
    std::string received();
    /// The service has sent all it had.
    bool ended();

private:
    void receive();

    harness* of_;
    unique_fd fd_;
    std::string received_;
    bool ended_ = false;
};

} // namespace polyport::testing
