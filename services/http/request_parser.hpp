// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/request_head.hpp"
#include "services/http/status.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polyport::http {

/// What a request's head may cost at most.
struct head_limits {
    std::size_t head_bytes =
        std::size_t{32} * 1024; ///< request line, fields and line ends together; else 431
    std::size_t target_bytes = std::size_t{8} * 1024; ///< else 414
    std::size_t fields = 100;                         ///< at most request_head::max_fields; else 431
    std::uint64_t body_bytes = UINT64_MAX;            ///< announced by Content-Length; else 413
};

struct parse_result {
    enum class kind : std::uint8_t {
        need_more, ///< call again with the same bytes and more behind them
        complete,
        rejected, ///< answer with code, then close: where the next request begins is not known
    };
    kind what = kind::need_more;
    std::size_t size = 0;              ///< complete: bytes of the head; the body begins there
    status code = status::bad_request; ///< rejected
    std::string_view reason;           ///< rejected: for the log and the error page; static storage
};

/// Parses one request head from the start of input, as strictly as RFC 9112 allows.
///
/// The first call for a request takes a cleared head; after need_more the next call takes the same head and
/// an input that begins with the same bytes (which may have moved). What earlier calls have seen is not read
/// again, so a head that comes byte by byte costs about as much as one that comes whole, and the verdict does
/// not depend on how the bytes were cut. After complete and rejected, clear() begins anew; a rejected head
/// still holds what was understood, for the log. The bytes are not changed.
parse_result parse_head(std::string_view input, head_limits const& limits, request_head& head) noexcept;

} // namespace polyport::http
