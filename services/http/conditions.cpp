// SPDX-License-Identifier: BSL-1.0
#include "services/http/conditions.hpp"

#include "services/http/date.hpp"
#include "services/http/etag.hpp"

#include <optional>

namespace polyport::http {
namespace {

using tag_comparison = bool (*)(entity_tag, entity_tag) noexcept;

std::optional<entity_tag> current_tag(validators const& current) noexcept
{
    std::string_view text = current.etag;
    return take_entity_tag(text);
}

/// Over all lines of the field. "*" means: whatever there is.
bool any_line_matches(request_head const& head, known_field id, validators const& current,
                      tag_comparison equal) noexcept
{
    auto const tag = current_tag(current);
    for (std::size_t i = 0; i < head.field_count(); ++i) {
        field_view const field = head.field(i);
        if (field.id != id)
            continue;
        if (field.value == "*" ? current.exists : tag && list_matches(field.value, *tag, equal))
            return true;
    }
    return false;
}

} // namespace

precondition evaluate_preconditions(request_head const& head, validators const& current,
                                    std::int64_t now) noexcept
{
    bool const reads = head.verb() == method::get || head.verb() == method::head;
    if (head.has(known_field::if_match)) { // step 1; section 13.1.1: strong comparison
        if (!any_line_matches(head, known_field::if_match, current, match_strongly))
            return precondition::failed;
    } else if (head.has(known_field::if_unmodified_since)) { // step 2
        auto const date = parse_date(head.value(known_field::if_unmodified_since), now);
        if (date && current.exists && current.modified > *date)
            return precondition::failed;
    }
    if (head.has(known_field::if_none_match)) { // step 3; section 13.1.2: weak comparison
        if (any_line_matches(head, known_field::if_none_match, current, match_weakly))
            return reads ? precondition::not_modified : precondition::failed;
    } else if (reads && head.has(known_field::if_modified_since)) { // step 4
        auto const date = parse_date(head.value(known_field::if_modified_since), now);
        if (date && current.exists && current.modified <= *date)
            return precondition::not_modified;
    }
    return precondition::proceed;
}

bool range_applies(request_head const& head, validators const& current, std::int64_t now) noexcept
{
    // Section 14.2: Range is defined for GET alone. HEAD therefore says what GET would without Range.
    if (head.verb() != method::get || !head.has(known_field::range))
        return false;
    if (!head.has(known_field::if_range))
        return true;
    std::string_view value = head.value(known_field::if_range);
    if (auto const tag = take_entity_tag(value)) {
        auto const mine = current_tag(current);
        return value.empty() && mine && match_strongly(*tag, *mine);
    }
    // Section 8.8.2.2: in the second of the change there may be another one yet, with the same date.
    auto const date = parse_date(value, now);
    return date && *date == current.modified && current.modified < now;
}

} // namespace polyport::http
