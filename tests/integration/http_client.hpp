// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tests/integration/sockets.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyport::integration {

/// A response as it came, read strictly: whatever breaks RFC 9112 throws std::runtime_error.
struct http_reply {
    int status = 0;
    std::string status_line;
    std::vector<std::pair<std::string, std::string>> fields; ///< names in lower case
    std::string body;
    bool chunked = false;
    bool to_end = false; ///< the body had no length, and the end of the connection ended it

    std::string field(std::string_view name) const; ///< the first one; "" when it is not there
    std::size_t count(std::string_view name) const;
};

enum class body_expected { yes, no };

/// Reads one response and nothing behind it. A response to HEAD has no body, whatever its fields say.
http_reply receive_reply(unique_fd const& connection, body_expected body = body_expected::yes);

/// One request on a connection of its own.
http_reply http_get(std::uint16_t port, std::string_view target, std::string_view more_fields = {});

/// "GET TARGET HTTP/1.1" with a Host.
std::string get_request(std::string_view target, std::string_view more_fields = {});

} // namespace polyport::integration
