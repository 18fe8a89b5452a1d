// SPDX-License-Identifier: BSL-1.0
#include "services/service_table.hpp"

#include "services/admin/admin_service.hpp"
#include "services/http/http_service.hpp"
#include "services/uppercase.hpp"

#include <array>

namespace polyport {

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
        service_definition{
            "admin",
            transports::streams,
            "ADDR",
            "let the daemon be watched and steered, over HTTP with JSON; a UNIX socket, or 127.0.0.1",
            admin::make_admin_service,
            {.control = true, .example = "/run/polyport/admin.sock"}},
    };
    return services;
}

} // namespace polyport
