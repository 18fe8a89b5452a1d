// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/datagram_batch.hpp"
#include "common/datagram_server.hpp"

namespace polyport {

/// A datagram service on one UDP socket: many datagrams a system call, answered from the address that they
/// were sent to. What happens to one peer (a refusing port, no route) never holds up the others.
class udp_server final : public datagram_server {
public:
    using datagram_server::datagram_server;

    task<> run() override;

private:
    task<> send_answers();

    datagram_batch batch_;
};

} // namespace polyport
