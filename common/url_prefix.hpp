// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace polyport {

/// A part of what HTTP serves: `/pub` is that path and all below it, `//example.org/pub` the same for one
/// host, `/` everything.
struct url_prefix {
    std::string host; ///< in lower case, without a port; empty: every host
    std::string path; ///< decoded, without a slash at its end; empty: everything

    friend auto operator<=>(url_prefix const&, url_prefix const&) = default;
};

/// `/PATH` or `//HOST/PATH`, written as it is after decoding; a slash at the end makes no difference. The
/// problem is a sentence such as option_values.hpp returns.
checked<url_prefix> parse_url_prefix(std::string_view text);

/// As it is written, with a slash at its end.
std::string to_string(url_prefix const& prefix);

/// Whether a normalised path is `prefix` or below it, by whole segments. `prefix` as url_prefix has it.
constexpr bool is_below(std::string_view path, std::string_view prefix) noexcept
{
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

/// Whether all that `part` names, `whole` names too.
inline bool covers(url_prefix const& whole, url_prefix const& part) noexcept
{
    return (whole.host.empty() || whole.host == part.host) && is_below(part.path, whole.path);
}

/// A host as url_prefix has it: in lower case, without the dot that may end it.
std::string comparable_host(std::string_view host);

/// `PREFIX=VALUE`: a value that is meant for one prefix alone.
struct prefixed_value {
    std::string_view prefix;
    std::string_view value;
};

/// Nothing if the value holds for everything: it does not begin with a slash, or has no `=`.
std::optional<prefixed_value> split_prefixed(std::string_view text) noexcept;

} // namespace polyport
