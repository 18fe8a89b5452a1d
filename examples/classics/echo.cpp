// SPDX-License-Identifier: BSL-1.0
// Sends back what it gets: RFC 862.
#include "classics.hpp"

#include <array>

#include <polyport/polyport.hpp>

namespace {

polyport::task<> echo(polyport::stream client)
{
    for (;;) {
        auto const got = co_await client.read_some();
        if (!got)
            break;
        auto const failed = co_await client.write(*got);
        if (failed)
            break;
    }
}

void echo_datagram(polyport::datagram& message)
{
    message.reply(message.bytes().size());
}

} // namespace

std::span<polyport::service_definition const> echo_services()
{
    using polyport::transports;
    static constexpr std::array<polyport::service_definition, 2> rows{{
        {"tcp-echo", transports::tcp, "send back what comes (RFC 862)", echo},
        {"udp-echo", transports::udp, "send back each datagram (RFC 862)", echo_datagram},
    }};
    return rows;
}
