// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/request_head.hpp"
#include "services/http/status.hpp"

#include <cstdint>
#include <string_view>

/// What the fields of a request mean for its connection: where the body ends and what happens after it.
namespace polyport::http {

struct message_framing {
    body_framing body;
    bool refused = false;
    status code = status::bad_request;
    std::string_view reason; ///< static storage
};

/// RFC 9112 section 6.3 with every doubt refused: a request whose end two programs could see at different
/// places is how requests are smuggled (section 11.2). max_body is compared with Content-Length only.
message_framing decide_framing(request_head const& head, std::uint64_t max_body) noexcept;

/// RFC 9112 section 9.3: 1.1 unless "close", 1.0 only with "keep-alive".
bool wants_keep_alive(request_head const& head) noexcept;

/// RFC 9110 section 10.1.1: whether Expect holds nothing but 100-continue.
bool only_continue_expected(request_head const& head) noexcept;

} // namespace polyport::http
