// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The character classes of RFC 9110 section 5.6, as one table of bits: one load answers any question.
namespace polyport::http {

enum char_class : std::uint8_t {
    token_char = 1,  ///< tchar, RFC 9110 section 5.6.2
    target_char = 2, ///< may stand in a request target, see below
    value_char = 4,  ///< VCHAR, obs-text, SP, HTAB: RFC 9110 section 5.5
    digit_char = 8,
    host_char = 16,       ///< may stand in a host name, see authority.hpp
    unreserved_char = 32, ///< RFC 3986 section 2.3
};

namespace detail {

constexpr bool contains(std::string_view set, char c) noexcept
{
    return set.find(c) != std::string_view::npos;
}

constexpr std::array<std::uint8_t, 256> make_char_table() noexcept
{
    std::array<std::uint8_t, 256> table{};
    for (unsigned i = 0; i < 256; ++i) {
        char const c = static_cast<char>(i);
        bool const digit = c >= '0' && c <= '9';
        bool const alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        unsigned bits = 0;
        if (digit || alpha || (i < 128 && i != 0 && contains("!#$%&'*+-.^_`|~", c)))
            bits |= token_char;
        // What a browser may leave unencoded by the URL Standard, which is wider than RFC 3986 by \ ^ ` { | }
        // and no wider: '#' would be a fragment, and raw bytes above 126 have no agreed meaning.
        if (i > 0x20 && i < 0x7f && !contains("\"#<>", c))
            bits |= target_char;
        if (i == '\t' || (i >= 0x20 && i != 0x7f))
            bits |= value_char;
        if (digit)
            bits |= digit_char;
        if (digit || alpha || contains("-._~", c))
            bits |= host_char | unreserved_char;
        table[i] = static_cast<std::uint8_t>(bits);
    }
    return table;
}

inline constexpr auto char_table = make_char_table();

} // namespace detail

constexpr bool is_a(char c, char_class what) noexcept
{
    return (detail::char_table[static_cast<unsigned char>(c)] & what) != 0;
}

constexpr bool all_are(std::string_view text, char_class what) noexcept
{
    for (char const c : text)
        if (!is_a(c, what))
            return false;
    return true;
}

constexpr char to_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// ASCII only, as field names and tokens compare (RFC 9110 section 5.1).
constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i]))
            return false;
    return true;
}

/// 0 to 15, or -1.
constexpr int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char const lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}

constexpr bool is_ows(char c) noexcept
{
    return c == ' ' || c == '\t';
}

constexpr std::string_view trim_ows(std::string_view text) noexcept
{
    while (!text.empty() && is_ows(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_ows(text.back()))
        text.remove_suffix(1);
    return text;
}

} // namespace polyport::http
