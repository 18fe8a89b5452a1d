// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace polyport::http {

/// Decodes each %XX once; nothing else changes, '+' neither. None if a '%' is not followed by two hexadecimal
/// digits (RFC 3986 section 2.1).
std::optional<std::string> percent_decode(std::string_view text);

/// Appends a decoded path as it may stand in a URL and in a Location field: all but unreserved characters,
/// '/' and a few harmless ones is encoded (RFC 3986 section 3.3), so that also markup and control bytes are.
void append_encoded_path(std::string& out, std::string_view path);

/// The same for one segment or one value of a query: '/' is encoded too.
void append_encoded_segment(std::string& out, std::string_view text);

} // namespace polyport::http
