// SPDX-License-Identifier: BSL-1.0
// The upper case service as an author of services writes it, beside the built-in one.
#include "services/polyport.hpp"
#include "services/to_upper.hpp"

#include <array>

using namespace polyport;

namespace {

task<> kit_uppercase(stream client)
{
    for (;;) {
        auto const waited = co_await client.wait_for_request();
        if (waited)
            break;
        auto const buffer = client.borrow_buffer(); // for one message, so that all share what the cache holds
        auto const got = co_await client.read_some(buffer.bytes());
        if (got.error)
            break;
        auto const message = buffer.bytes().first(got.size);
        to_upper(message);
        auto const failed = co_await client.write(message);
        if (failed)
            break;
    }
}

constexpr service_definition row{"kit-uppercase", transports::streams, "answer every byte in upper case",
                                 kit_uppercase};

} // namespace

int main(int argc, char** argv)
{
    return run(argc, argv, {row, builtin_services()});
}
