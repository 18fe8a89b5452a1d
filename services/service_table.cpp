// SPDX-License-Identifier: BSL-1.0
#include "services/service_table.hpp"

#include "common/run.hpp"
#include "services/admin/admin_service.hpp"
#include "services/http/http_service.hpp"
#include "services/uppercase.hpp"

#include <algorithm>
#include <array>

namespace polyport {

namespace {

constexpr service_definition admin_row{
    "admin",
    transports::streams,
    "ADDR",
    "let the daemon be watched and steered, over HTTP with JSON; a UNIX socket, or 127.0.0.1",
    admin::make_admin_service,
    {.control = true, .example = "/run/polyport/admin.sock"}};

bool stands_for_admin(service_definition const& row) noexcept
{
    return row.control || row.name == admin_row.name;
}

} // namespace

std::span<service_definition const> builtin_services() noexcept
{
    static constexpr std::array services{
        service_definition{"tcp-uppercase", transports::tcp, "ADDR", "answer every byte in upper case",
                           uppercase},
        service_definition{"udp-uppercase", transports::udp, "ADDR", "answer every datagram in upper case",
                           uppercase_datagram},
        service_definition{"local-stream", transports::unix_stream, "PATH",
                           "answer every byte of a UNIX connection in upper case", uppercase},
        service_definition{"local-datagram", transports::unix_datagram, "PATH",
                           "answer every UNIX datagram in upper case", uppercase_datagram},
        service_definition{"http",
                           transports::streams,
                           "ADDR",
                           "serve files and CGI programs over HTTP/1.1 (see --http-root)",
                           make_service<http::http_service>,
                           {.has_paths = true}},
        admin_row,
    };
    return services;
}

int run(int argc, char const* const* argv, service_rows const& services)
{
    auto const& rows = services.all();
    if (rows.empty() || std::ranges::any_of(rows, stands_for_admin))
        return run_services(argc, argv, services);
    return run_services(argc, argv, {services, admin_row});
}

} // namespace polyport
