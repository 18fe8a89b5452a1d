// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace polyport::http {

/// How much an Accept field wants a media type, in thousandths: 0 if it excludes it or does not name it. The
/// most specific range that fits decides: type/subtype, then type/*, then */* (RFC 9110 section 12.5.1).
/// Parameters of media types do not matter. An empty field wants everything.
int media_quality(std::string_view accept, std::string_view type) noexcept;

/// Whether JSON is wanted more than HTML. Browsers and clients that do not care get HTML.
bool prefers_json(std::string_view accept) noexcept;

} // namespace polyport::http
