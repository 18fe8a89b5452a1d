// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyport {

/// An endpoint as a user writes it; socket_address.hpp turns it into addresses.
struct endpoint_spec {
    enum class kind : std::uint8_t {
        any_address,   ///< `*:8000`: every address of both families
        host,          ///< `8000` (127.0.0.1), `192.0.2.1:8000`, `[::1]:8000`, `localhost:8000`
        unix_path,     ///< `/run/x.sock`, `./x.sock`: whatever has a slash in it
        unix_abstract, ///< `@name`: the abstract namespace of Linux
        inherited,     ///< `fd:NAME`: a socket that the service manager passes
    };

    kind type = kind::host;
    std::string host;       ///< kind::host: an address (IPv6 without its brackets) or a name
    std::uint16_t port = 0; ///< kind::any_address and kind::host; 0 lets the kernel choose
    std::string path;       ///< UNIX: the path, or the abstract name without its @; inherited: the name

    bool is_unix() const noexcept { return type == kind::unix_path || type == kind::unix_abstract; }
    bool is_ip() const noexcept { return type == kind::any_address || type == kind::host; }

    friend bool operator==(endpoint_spec const&, endpoint_spec const&) = default;
};

/// The longest path that a UNIX socket can have, in bytes: sun_path without its final NUL.
inline constexpr std::size_t max_unix_path = 107;

/// Reads one of the forms above. The problem quotes the text and says what would be right.
checked<endpoint_spec> parse_endpoint(std::string_view text);

/// The form that parse_endpoint reads back into an equal endpoint_spec.
std::string to_string(endpoint_spec const& endpoint);

} // namespace polyport
