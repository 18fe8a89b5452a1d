// SPDX-License-Identifier: BSL-1.0
// Throws away what it gets: RFC 863.
#include "classics.hpp"

#include <array>

#include <polyport/polyport.hpp>

namespace {

polyport::task<> discard(polyport::stream client)
{
    for (;;) {
        auto const got = co_await client.read_some();
        if (!got)
            break;
    }
}

void discard_datagram(polyport::datagram&) {}

} // namespace

std::span<polyport::service_definition const> discard_services()
{
    using polyport::transports;
    static constexpr std::array<polyport::service_definition, 2> rows{{
        {"tcp-discard", transports::tcp, "throw away what comes (RFC 863)", discard},
        {"udp-discard", transports::udp, "throw away each datagram (RFC 863)", discard_datagram},
    }};
    return rows;
}
