// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace polyport::http {

struct credentials {
    std::string user;
    std::string password;
};

/// An Authorization field of the Basic scheme (RFC 7617). Nothing if it is of another scheme, or broken:
/// padding and all must be right, the user must have a name, and neither may have a control byte. Longer than
/// `most_credentials` bytes is nobody's.
std::optional<credentials> parse_basic(std::string_view field);

inline constexpr std::size_t most_credentials = 1024;

/// RFC 4648, section 4, strictly. Nothing if it is none.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace polyport::http
