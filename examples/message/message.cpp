// SPDX-License-Identifier: BSL-1.0
// Logs each message with its peer and acknowledges it. A browser gets a page with the request that it sent.
#include "page.hpp"

#include <polyport/polyport.hpp>

polyport::task<> acknowledge(polyport::stream client)
{
    for (;;) {
        auto const message = co_await client.read_some();
        if (!message)
            break;
        client.log().info("message", {{"text", *message}});
        bool const browser = is_http_request(*message);
        auto const answer = browser ? page_with(*message) : "server recv success";
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
