// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace polyport {

/// Readers of option values. Each problem is a sentence that begins with the value in quotes and says what
/// would be right; the caller puts the origin and the option's name before it. No blanks are skipped, no sign
/// but a minus for signed numbers is taken, and nothing overflows silently.

/// `500ms`, `10s`, `2m`, `1h`, or a bare `0`.
checked<std::chrono::milliseconds> parse_duration(std::string_view text);

/// `512` (bytes), `64k`, `10m`, `2g`; upper case is the same; k is 1024.
checked<std::uint64_t> parse_size(std::string_view text);

/// `on`, `yes`, `true` or `off`, `no`, `false`, in lower case.
checked<bool> parse_switch(std::string_view text);

/// A file mode in octal, 0 to 0777: `0660` or `660`.
checked<unsigned> parse_mode(std::string_view text);

/// A decimal number from `min` to `max`, both included.
template <std::integral Int>
checked<Int> parse_number(std::string_view text, Int min = std::numeric_limits<Int>::min(),
                          Int max = std::numeric_limits<Int>::max());

/// The shortest text that the readers above turn into the same value: `90s`, `2m`; `64k`, `1000`; `0660`.
std::string format_duration(std::chrono::milliseconds value);
std::string format_size(std::uint64_t value);
std::string format_mode(unsigned mode);

namespace detail {
checked<std::int64_t> parse_signed(std::string_view text, std::int64_t min, std::int64_t max);
checked<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t min, std::uint64_t max);
} // namespace detail

template <std::integral Int>
checked<Int> parse_number(std::string_view text, Int min, Int max)
{
    if constexpr (std::signed_integral<Int>) {
        auto const value = detail::parse_signed(text, min, max);
        if (!value)
            return value.error();
        return static_cast<Int>(*value);
    } else {
        auto const value = detail::parse_unsigned(text, min, max);
        if (!value)
            return value.error();
        return static_cast<Int>(*value);
    }
}

} // namespace polyport
