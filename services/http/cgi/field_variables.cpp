// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/field_variables.hpp"

#include "services/http/characters.hpp"
#include "services/http/list.hpp"

#include <algorithm>

namespace polyport::cgi {
namespace {

bool same_variable(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && std::ranges::equal(a, b, {}, variable_char, variable_char);
}

bool is_variable(std::string_view name, std::string_view variable) noexcept
{
    return name.size() == variable.size() && std::ranges::equal(name, variable, {}, variable_char);
}

} // namespace

bool never_passed(std::string_view name) noexcept
{
    switch (variable_char(name.empty() ? '_' : name.front())) {
    case 'A':
        return is_variable(name, "AUTHORIZATION");
    case 'C':
        return is_variable(name, "CONNECTION") || is_variable(name, "CONTENT_LENGTH") ||
               is_variable(name, "CONTENT_TYPE");
    case 'K':
        return is_variable(name, "KEEP_ALIVE");
    case 'P':
        return is_variable(name, "PROXY") || is_variable(name.substr(0, 6), "PROXY_");
    case 'T':
        return is_variable(name, "TE") || is_variable(name, "TRAILER") ||
               is_variable(name, "TRANSFER_ENCODING");
    case 'U':
        return is_variable(name, "UPGRADE");
    default:
        return false;
    }
}

field_filter::field_filter(std::span<field_view const> fields) noexcept : fields_(fields)
{
    has_connection_ = std::ranges::any_of(
        fields_, [](auto const& field) { return http::equals_ignoring_case(field.name, "connection"); });
}

bool field_filter::is_named_by_connection(std::string_view name) const noexcept
{
    // RFC 9110 section 7.6.1 forbids to name fields that are meant for all recipients. Host decides which
    // site is asked for, so that nobody may take it away.
    if (!has_connection_ || http::equals_ignoring_case(name, "host"))
        return false;
    return std::ranges::any_of(fields_, [&](auto const& field) {
        return http::equals_ignoring_case(field.name, "connection") && http::has_token(field.value, name);
    });
}

field_filter::verdict field_filter::judge(std::size_t index) const noexcept
{
    auto const name = fields_[index].name;
    if (never_passed(name) || is_named_by_connection(name))
        return verdict::drop;
    bool joined = false;
    for (auto const& earlier : fields_.first(index)) {
        if (!same_variable(earlier.name, name))
            continue;
        if (!http::equals_ignoring_case(earlier.name, name))
            return verdict::clash;
        joined = true;
    }
    return joined ? verdict::joined : verdict::pass;
}

} // namespace polyport::cgi
