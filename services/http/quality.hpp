// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace polyport::http {

/// One element of an Accept or Accept-Encoding list.
struct preference {
    std::string_view name; ///< what stands in front of the first semicolon
    int quality = 1000;    ///< thousandths, 0 to 1000; 0 is "not acceptable"
};

/// Takes the next well-formed element off the list (RFC 9110 section 12.4.2); others are passed over, as if
/// they were not there. Parameters other than q do not matter. False when nothing is left.
bool next_preference(std::string_view& rest, preference& out) noexcept;

} // namespace polyport::http
