// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string_view>

namespace polyport::http {

/// uri-host [ ":" port ], as in Host and in the targets of absolute and authority form. Views into the input.
struct authority {
    std::string_view host; ///< name, IPv4 address, or IPv6 address with its brackets; never empty
    std::string_view port; ///< decimal digits up to 65535; may be empty
};

/// RFC 3986 section 3.2 narrowed to what can name a server: letters, digits and "-._~" in names.
/// Sub-delimiters and percent-encodings are valid in a reg-name but in no DNS name, and a Host like `$(x)`
/// ends up in CGI programs and redirects. User information is refused, as RFC 9110 section 4.2.4 advises; so
/// is an empty host, section 4.2.1.
std::optional<authority> parse_authority(std::string_view text) noexcept;

} // namespace polyport::http
