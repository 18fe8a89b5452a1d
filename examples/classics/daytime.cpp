// SPDX-License-Identifier: BSL-1.0
// Tells the date and time, and closes: RFC 867. Over UDP it answers a message that is as long as the answer,
// and not an empty one, as the RFC has it: anyone can write somebody else's address over a datagram, who then
// gets the answer.
#include "classics.hpp"

#include <array>
#include <ctime>
#include <string>

#include <polyport/polyport.hpp>

namespace {

/// One line such as "Saturday, November 21, 2026 06:30:00-UTC".
std::string daytime_now()
{
    std::time_t const now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 80> text{};
    auto const size = std::strftime(text.data(), text.size(), "%A, %B %d, %Y %H:%M:%S-UTC\r\n", &parts);
    return {text.data(), size};
}

polyport::task<> daytime(polyport::stream client)
{
    auto const text = daytime_now();
    co_await client.write(text);
}

void daytime_datagram(polyport::datagram& message)
{
    auto const text = daytime_now();
    message.reply(text);
}

} // namespace

std::span<polyport::service_definition const> daytime_services()
{
    using polyport::transports;
    static constexpr std::array<polyport::service_definition, 2> rows{{
        {"tcp-daytime", transports::tcp, "tell the date and time (RFC 867)", daytime},
        {"udp-daytime", transports::udp, "answer a message as long with the date and time (RFC 867)",
         daytime_datagram},
    }};
    return rows;
}
