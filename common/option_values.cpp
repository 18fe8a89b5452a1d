// SPDX-License-Identifier: BSL-1.0
#include "common/option_values.hpp"

#include "common/quoted.hpp"

#include <array>
#include <charconv>

namespace polyport {
namespace {

/// The digits at the beginning of `text`, which are removed from it.
std::string_view take_digits(std::string_view& text) noexcept
{
    std::size_t count = 0;
    while (count < text.size() && text[count] >= '0' && text[count] <= '9')
        ++count;
    std::string_view const digits = text.substr(0, count);
    text.remove_prefix(count);
    return digits;
}

/// False on overflow, and on no digits at all.
template <class Int>
bool to_number(std::string_view digits, Int& value) noexcept
{
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size();
}

template <class Int>
checked<Int> parse_in_range(std::string_view text, Int min, Int max)
{
    std::string_view digits = text;
    if constexpr (std::is_signed_v<Int>)
        if (digits.starts_with('-'))
            digits.remove_prefix(1);
    std::string const range =
        "write a whole number from " + std::to_string(min) + " to " + std::to_string(max);
    if (take_digits(digits).empty() || !digits.empty())
        return problem{quoted(text) + " is not a number: " + range};
    Int value{};
    if (!to_number(text, value) || value < min || value > max)
        return problem{quoted(text) + " is out of range: " + range};
    return value;
}

} // namespace

namespace detail {

checked<std::int64_t> parse_signed(std::string_view text, std::int64_t min, std::int64_t max)
{
    return parse_in_range(text, min, max);
}

checked<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t min, std::uint64_t max)
{
    return parse_in_range(text, min, max);
}

} // namespace detail

checked<std::chrono::milliseconds> parse_duration(std::string_view text)
{
    std::string_view unit = text;
    std::string_view const digits = take_digits(unit);
    std::int64_t factor = 0;
    if (unit == "ms")
        factor = 1;
    else if (unit == "s")
        factor = 1000;
    else if (unit == "m")
        factor = 60'000;
    else if (unit == "h")
        factor = 3'600'000;
    else if (unit.empty() && digits == "0")
        return std::chrono::milliseconds{0};

    std::string const remedy = "write a number and a unit (ms, s, m, h), such as 30s";
    if (digits.empty() || factor == 0)
        return problem{quoted(text) + " is not a duration: " + remedy};
    std::int64_t value = 0;
    // A million hours is more than a century, and far from the limits of every clock that adds to it.
    if (!to_number(digits, value) || value > 1'000'000LL * 3'600'000 / factor)
        return problem{quoted(text) + " is too long a duration"};
    return std::chrono::milliseconds{value * factor};
}

checked<std::uint64_t> parse_size(std::string_view text)
{
    std::string_view unit = text;
    std::string_view const digits = take_digits(unit);
    unsigned shift = 0;
    bool known = true;
    if (unit == "k" || unit == "K")
        shift = 10;
    else if (unit == "m" || unit == "M")
        shift = 20;
    else if (unit == "g" || unit == "G")
        shift = 30;
    else
        known = unit.empty();
    if (digits.empty() || !known)
        return problem{quoted(text) +
                       " is not a size: write a number of bytes, or one with k, m or g, such as 64k"};
    std::uint64_t value = 0;
    if (!to_number(digits, value) || value > (std::numeric_limits<std::uint64_t>::max() >> shift))
        return problem{quoted(text) + " is too large a size"};
    return value << shift;
}

checked<bool> parse_switch(std::string_view text)
{
    if (text == "on" || text == "yes" || text == "true")
        return true;
    if (text == "off" || text == "no" || text == "false")
        return false;
    return problem{quoted(text) + " is neither on nor off"};
}

checked<unsigned> parse_mode(std::string_view text)
{
    unsigned mode = 0;
    bool good = !text.empty() && text.size() <= 4;
    for (char const c : text) {
        good = good && c >= '0' && c <= '7';
        mode = mode * 8 + static_cast<unsigned char>(c - '0');
    }
    if (!good || mode > 0777)
        return problem{quoted(text) + " is not a file mode: write three octal digits, such as 0660"};
    return mode;
}

std::string format_duration(std::chrono::milliseconds value)
{
    struct unit {
        std::int64_t factor;
        char const* name;
    };
    static constexpr std::array<unit, 3> units{{{3'600'000, "h"}, {60'000, "m"}, {1000, "s"}}};
    auto const count = value.count();
    if (count == 0)
        return "0";
    for (auto const& [factor, name] : units)
        if (count % factor == 0)
            return std::to_string(count / factor) + name;
    return std::to_string(count) + "ms";
}

std::string format_size(std::uint64_t value)
{
    if (value != 0)
        for (auto const& [shift, name] : {std::pair{30U, "g"}, std::pair{20U, "m"}, std::pair{10U, "k"}})
            if ((value & ((std::uint64_t{1} << shift) - 1)) == 0)
                return std::to_string(value >> shift) + name;
    return std::to_string(value);
}

std::string format_mode(unsigned mode)
{
    std::string text = "0";
    for (unsigned const shift : {6U, 3U, 0U})
        text += static_cast<char>('0' + ((mode >> shift) & 7));
    return text;
}

} // namespace polyport
