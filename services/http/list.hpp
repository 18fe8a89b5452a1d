// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/characters.hpp"

#include <string_view>

namespace polyport::http {

/// Takes the next element off a comma-separated field value (RFC 9110 section 5.6.1), without the white space
/// around it. Empty elements are skipped, as 5.6.1.2 asks of recipients; commas within quoted strings do not
/// separate. False when nothing is left.
constexpr bool next_element(std::string_view& rest, std::string_view& element, char separator = ',') noexcept
{
    while (!rest.empty()) {
        std::size_t end = 0;
        bool quoted = false;
        for (; end < rest.size(); ++end) {
            char const c = rest[end];
            if (quoted && c == '\\')
                ++end;
            else if (c == '"')
                quoted = !quoted;
            else if (c == separator && !quoted)
                break;
        }
        end = end < rest.size() ? end : rest.size();
        element = trim_ows(rest.substr(0, end));
        rest.remove_prefix(end < rest.size() ? end + 1 : end);
        if (!element.empty())
            return true;
    }
    return false;
}

/// Whether a list of tokens, such as Connection's, has this one; case does not matter.
constexpr bool has_token(std::string_view list, std::string_view token) noexcept
{
    std::string_view element;
    while (next_element(list, element))
        if (equals_ignoring_case(element, token))
            return true;
    return false;
}

} // namespace polyport::http
