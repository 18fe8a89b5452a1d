// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace polyport::http {

/// Appends text so that it stands safely in HTML, between tags and within quoted attributes. Control bytes
/// and what is no UTF-8 become U+FFFD, so that the page stays valid and nothing hides in it.
void append_html(std::string& out, std::string_view text);

std::string html(std::string_view text);

/// Appends a JSON string with its quotes; what is no UTF-8 becomes U+FFFD (RFC 8259 sections 7 and 8.1). Also
/// escapes '<', so that it may stand in a script element.
void append_json(std::string& out, std::string_view text);

} // namespace polyport::http
