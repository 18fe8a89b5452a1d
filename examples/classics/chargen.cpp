// SPDX-License-Identifier: BSL-1.0
// Sends lines of characters for as long as the client stays: RFC 864. What the client sends is thrown away.
// Over UDP only a message as long as a line is answered; daytime.cpp has the reason.
#include "classics.hpp"

#include <array>
#include <string>

#include <polyport/polyport.hpp>

namespace {

constexpr std::size_t printable = 95; // ' ' to '~'

/// 72 characters, of which each line begins one further.
std::string line_of_characters(std::size_t number)
{
    std::string line;
    for (std::size_t i = 0; i < 72; ++i)
        line += static_cast<char>(' ' + (number + i) % printable);
    return line + "\r\n";
}

polyport::task<> throw_away_input(polyport::stream client)
{
    for (;;) {
        auto const got = co_await client.read_some();
        if (!got)
            break;
    }
    client.end(polyport::errc::end_of_stream);
}

polyport::task<> chargen(polyport::stream client)
{
    client.start(throw_away_input(client.share()));
    for (std::size_t number = 0;; ++number) {
        auto const line = line_of_characters(number % printable);
        auto const failed = co_await client.write(line);
        if (failed)
            break;
    }
}

/// What a datagram service keeps of a peer: here, how far it is with its lines.
struct progress {
    std::size_t line = 0;
};

class chargen_datagrams final : public polyport::flow_service<progress> {
public:
    void handle(polyport::datagram& message, progress& peer) override
    {
        auto const line = line_of_characters(peer.line++ % printable);
        message.reply(line);
    }
};

} // namespace

std::span<polyport::service_definition const> chargen_services()
{
    using polyport::transports;
    static constexpr std::array<polyport::service_definition, 2> rows{{
        {"tcp-chargen", transports::tcp, "send characters without end (RFC 864)", chargen},
        {"udp-chargen", transports::udp, "answer a message as long with a line (RFC 864)",
         polyport::make_service<chargen_datagrams>},
    }};
    return rows;
}
