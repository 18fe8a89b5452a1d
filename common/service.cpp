// SPDX-License-Identifier: BSL-1.0
#include "common/service.hpp"

#include <utility>

namespace polyport {

task<> stream_service::stop()
{
    co_return;
}

task<> service_instance::serve(stream connection)
{
    if (implementation)
        return implementation->serve(std::move(connection));
    return std::get<stream_handler>(definition.implementation)(std::move(connection));
}

} // namespace polyport
