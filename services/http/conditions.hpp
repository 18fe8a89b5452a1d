// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/request_head.hpp"

#include <cstdint>
#include <string_view>

namespace polyport::http {

/// What a conditional request is compared with.
struct validators {
    std::string_view etag;     ///< with its quotes; empty: there is none
    std::int64_t modified = 0; ///< Last-Modified, seconds since 1970
    bool exists = true;        ///< false for a target without a representation, e.g. before a PUT creates it
};

enum class precondition : std::uint8_t {
    proceed,
    not_modified, ///< answer 304
    failed,       ///< answer 412
};

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110
/// section 13.2.2. To be asked only if the answer without them would be 2xx (section 13.2.1). now: see
/// parse_date().
precondition evaluate_preconditions(request_head const& head, validators const& current,
                                    std::int64_t now) noexcept;

/// Whether Range is to be looked at: GET with Range, and If-Range absent or true (RFC 9110 sections 13.1.5
/// and 14.2). A date is true only if it is exactly Last-Modified's, and that is a second ago at least.
bool range_applies(request_head const& head, validators const& current, std::int64_t now) noexcept;

} // namespace polyport::http
