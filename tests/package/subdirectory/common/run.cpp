// SPDX-License-Identifier: BSL-1.0
#include "common/run.hpp"

#include <polyport/polyport.hpp>

polyport::task<> wait_for_one(polyport::stream client)
{
    run_of_mine const one;
    static_cast<void>(one);
    co_await client.read_some();
}

int serve(int argc, char** argv)
{
    constexpr polyport::service_definition row{"mine", polyport::transports::tcp, "wait for one message",
                                               wait_for_one};
    return polyport::run(argc, argv, {polyport::builtin_services(), row});
}
