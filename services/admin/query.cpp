// SPDX-License-Identifier: BSL-1.0
#include "services/admin/query.hpp"

#include "common/quoted.hpp"
#include "services/http/percent.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace polyport::admin {
namespace {

// Forms and URLSearchParams write a blank as '+' (WHATWG URL, "application/x-www-form-urlencoded").
std::optional<std::string> decode(std::string_view text)
{
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '+', ' ');
    return http::percent_decode(plain);
}

} // namespace

checked<std::vector<parameter>> parse_query(std::string_view query)
{
    std::vector<parameter> all;
    while (!query.empty()) {
        auto const end = std::min(query.find('&'), query.size());
        auto const piece = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (piece.empty())
            continue;
        if (all.size() == max_parameters)
            return problem{"the query has more than " + std::to_string(max_parameters) + " parameters"};
        auto const equals = std::min(piece.find('='), piece.size());
        auto name = decode(piece.substr(0, equals));
        auto value = decode(piece.substr(std::min(equals + 1, piece.size())));
        if (!name || !value)
            return problem{"parameter " + quoted(piece) + ": a % is not followed by two hexadecimal digits"};
        if (std::any_of(all.begin(), all.end(), [&name](parameter const& one) { return one.name == *name; }))
            return problem{quoted(*name) + " is there twice: give it once"};
        all.push_back({std::move(*name), std::move(*value)});
    }
    return all;
}

} // namespace polyport::admin
