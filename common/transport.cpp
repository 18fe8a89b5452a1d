// SPDX-License-Identifier: BSL-1.0
#include "common/transport.hpp"

namespace polyport {

std::string_view to_string(transport value) noexcept
{
    switch (value) {
    case transport::tcp:
        return "tcp";
    case transport::udp:
        return "udp";
    case transport::unix_stream:
        return "unix";
    case transport::unix_datagram:
        return "unixgram";
    }
    return "?";
}

} // namespace polyport
