// SPDX-License-Identifier: BSL-1.0
#include "common/service.hpp"

#include <utility>

namespace polyport {
namespace {

/// What makes a row's implementation: nothing for a plain handler.
struct maker {
    option_set& options;

    std::unique_ptr<service_base> operator()(stream_handler) const { return nullptr; }
    std::unique_ptr<service_base> operator()(datagram_handler) const { return nullptr; }
    std::unique_ptr<service_base> operator()(stream_factory make) const { return make(options); }
    std::unique_ptr<service_base> operator()(datagram_factory make) const { return make(options); }
};

} // namespace

task<> service_base::stop()
{
    co_return;
}

task<> service_instance::serve(stream connection)
{
    if (implementation)
        return static_cast<stream_service&>(*implementation).serve(std::move(connection));
    return std::get<stream_handler>(definition.implementation)(std::move(connection));
}

void service_instance::handle(datagram& message)
{
    if (implementation)
        static_cast<datagram_service&>(*implementation).handle(message);
    else
        std::get<datagram_handler>(definition.implementation)(message);
}

service_instance make_instance(service_definition const& row, option_set& options)
{
    return {row, std::visit(maker{options}, row.implementation)};
}

} // namespace polyport
