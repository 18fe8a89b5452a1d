// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/option_binding.hpp"
#include "common/quoted.hpp"
#include "common/url_prefix.hpp"
#include "services/http/settings.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace polyport::http {

/// An option that holds for everything (`VALUE`, kept in `whole`), or for what is below a prefix
/// (`PREFIX=VALUE`, kept in `below`): one notation for all options that can differ from place to place.
/// `make` is what binds one value of its kind: it takes a T& that outlives the option_set, or lives as long
/// as `below` does.
template <class T, class Make>
option_binding per_prefix(Make make, T& whole, prefix_settings& below,
                          std::optional<T> directory_settings::* member)
{
    option_binding made = make(whole);
    bool const single = !made.repeatable;
    auto const given = std::make_shared<std::set<url_prefix>>();
    made.repeatable = true;
    auto reset_whole = std::move(made.reset);
    made.reset = [&whole, &below, member, given, original = whole] {
        given->clear();
        whole = original;
        for (auto& [prefix, settings] : below)
            (settings.*member).reset();
    };
    made.apply = [make, &below, member, single, given, reset_whole,
                  apply_whole = std::move(made.apply)](option_value const& value) -> checked<void> {
        auto const prefixed = split_prefixed(value.text);
        if (!prefixed) {
            bool const first = given->insert(url_prefix{}).second;
            if (!first && single)
                return problem{quoted(value.text) + " is a second value for everything: give one, or write "
                                                    "PREFIX=VALUE for a part"};
            if (first && reset_whole)
                reset_whole();
            return apply_whole(value);
        }
        auto prefix = parse_url_prefix(prefixed->prefix);
        if (!prefix)
            return prefix.error();
        auto& place = below[*prefix].*member;
        if (place && single)
            return problem{quoted(value.text) + " is a second value for " + to_string(*prefix) +
                           ": give one"};
        if (!place)
            place.emplace();
        return make(*place).apply({prefixed->value, value.origin});
    };
    return made;
}

} // namespace polyport::http
