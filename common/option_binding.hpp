// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/option_values.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyport {

inline constexpr std::string_view command_line_origin = "command line";

/// One value as given, and where: command_line_origin or `FILE:LINE`. Views: copy what is kept.
struct option_value {
    std::string_view text;
    std::string_view origin;
};

/// What connects an option with the place where its value ends up. The functions below make the usual ones;
/// each takes its target by reference, which must outlive the option_set, and reads the default from it.
struct option_binding {
    /// Checks one value and stores it; the problem is a sentence such as option_values.hpp returns.
    std::function<checked<void>(option_value const&)> apply;
    /// Repeatable options: forget what is stored (the defaults, or the file's values when the command line
    /// replaces them). Called before the first value of each source, but once if it adds_up.
    std::function<void()> reset;
    /// The default as it would be written; several for a repeatable option; empty for none.
    std::vector<std::string> defaults;
    /// What may be written, for the help: `1 to 65535`, `on or off`. May be empty.
    std::string range;
    bool repeatable = false;
    /// Values of the command line do not replace those of the file: apply() puts them in front.
    bool adds_up = false;
};

/// The name of a file, which is not empty: an unset variable of a script's would pass for "none".
option_binding bind_file_name(std::string& target);

/// A duration from `min` to `max`.
option_binding bind_duration(std::chrono::milliseconds& target, std::chrono::milliseconds min,
                             std::chrono::milliseconds max);

/// A size in bytes from `min` to `max`.
option_binding bind_size(std::uint64_t& target, std::uint64_t min, std::uint64_t max);

option_binding bind_number(std::uint32_t& target, std::uint32_t min, std::uint32_t max);
option_binding bind_switch(bool& target);
option_binding bind_mode(unsigned& target);

/// A value that `parse`, checked<T>(std::string_view), reads; `defaults` is the text of the default, if any.
template <class T, class Parse>
option_binding bind_value(T& target, Parse parse, std::vector<std::string> defaults = {})
{
    option_binding made;
    made.defaults = std::move(defaults);
    made.apply = [&target, parse = std::move(parse)](option_value const& value) -> checked<void> {
        checked<T> read = parse(value.text);
        if (!read)
            return read.error();
        target = std::move(*read);
        return {};
    };
    return made;
}

/// A repeatable option: each value that `parse` reads is appended; the first one removes the defaults.
template <class T, class Parse>
option_binding bind_list(std::vector<T>& target, Parse parse, std::vector<std::string> defaults = {})
{
    option_binding made;
    made.defaults = std::move(defaults);
    made.repeatable = true;
    made.reset = [&target] { target.clear(); };
    made.apply = [&target, parse = std::move(parse)](option_value const& value) -> checked<void> {
        checked<T> read = parse(value.text);
        if (!read)
            return read.error();
        target.push_back(std::move(*read));
        return {};
    };
    return made;
}

/// `'x' is not one of a, b, c`.
problem not_one_of(std::string_view text, std::vector<std::string> const& names);

/// One of a few words.
template <class Enum>
option_binding bind_choice(Enum& target, std::vector<std::pair<std::string, Enum>> choices)
{
    option_binding made;
    std::vector<std::string> names;
    for (auto const& [name, value] : choices) {
        names.push_back(name);
        made.range += (made.range.empty() ? "" : ", ") + name;
        if (value == target)
            made.defaults = {name};
    }
    made.apply = [&target, choices = std::move(choices),
                  names = std::move(names)](option_value const& value) -> checked<void> {
        auto const found = std::find_if(choices.begin(), choices.end(),
                                        [&](auto const& c) { return c.first == value.text; });
        if (found == choices.end())
            return not_one_of(value.text, names);
        target = found->second;
        return {};
    };
    return made;
}

} // namespace polyport
