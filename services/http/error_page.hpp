// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/status.hpp"

#include <string>
#include <string_view>

namespace polyport::http {

/// A page of the user's own for an error, read at start.
struct stored_page {
    std::string type;
    std::string content;
};

inline constexpr std::string_view error_page_type = "text/html; charset=utf-8";

/// The built-in page for an error or a redirect. 404's is, byte for byte, the page of the texts that polyport
/// comes from; the others look the same. The detail is a sentence about the request; it may hold bytes of the
/// peer's: they are escaped. 404 has none.
std::string error_page_body(status code, std::string_view detail = {});

} // namespace polyport::http
