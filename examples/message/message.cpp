// SPDX-License-Identifier: BSL-1.0
// Logs each message with its peer and acknowledges it. A browser gets a page with the request that it sent.
#include "page.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <polyport/polyport.hpp>

/// A message is what one read gives; but the network may cut a browser's request, which says where it ends.
/// What only looked like one is a message once nothing more has come for a second. `client` is the caller's,
/// who waits.
polyport::task<std::string> complete(polyport::stream& client, std::string message)
{
    constexpr std::size_t longest = 64U << 10;
    while (begins_http_request(message) && message.size() < longest) {
        client.set_deadline(polyport::deadline_kind::body, std::chrono::seconds(1));
        auto const more = co_await client.read_some(longest - message.size());
        client.clear_deadline();
        if (!more)
            break;
        message += *more;
    }
    co_return message;
}

polyport::task<> acknowledge(polyport::stream client)
{
    for (;;) {
        auto const piece = co_await client.read_some();
        if (!piece)
            break;
        std::string begun(*piece);
        auto const message = co_await complete(client, std::move(begun));
        client.log().info("message", {{"text", message}});
        bool const browser = is_http_request(message);
        auto const answer = browser ? page_with(message) : "server recv success";
        auto const failed = co_await client.write(answer);
        if (failed || browser)
            break;
    }
}

constexpr polyport::service_definition message{"message", polyport::transports::streams,
                                               "log each message, and acknowledge it", acknowledge};

int main(int argc, char** argv)
{
    return polyport::run(argc, argv, message);
}
