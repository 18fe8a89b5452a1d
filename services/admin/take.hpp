// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/option_binding.hpp"
#include "services/admin/query.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::admin {

// Reading the values of parameters. Problems begin with the parameter's name.

inline problem wrong(parameter const& from, std::string const& sentence)
{
    return {from.name + ": " + sentence};
}

/// `read`: what a reader of values has made of it.
template <class Into, class Value>
checked<void> take_value(Into& into, parameter const& from, checked<Value> const& read)
{
    if (!read)
        return wrong(from, read.error().text);
    into = *read;
    return {};
}

inline checked<void> take_text(std::optional<std::string>& into, parameter const& from)
{
    if (from.value.empty())
        return wrong(from, "a value is missing");
    into = from.value;
    return {};
}

/// One of the words that to_string() has for `all`.
template <class Value>
checked<void> take_word(std::optional<Value>& into, parameter const& from, std::span<Value const> all)
{
    std::vector<std::string> words;
    for (auto const one : all) {
        if (to_string(one) == from.value) {
            into = one;
            return {};
        }
        words.emplace_back(to_string(one));
    }
    return wrong(from, not_one_of(from.value, words).text);
}

} // namespace polyport::admin
