// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/characters.hpp"

#include <cstdint>
#include <cstring>

/// The byte loops of the request parser.
namespace polyport::http {

constexpr std::uint64_t every_byte(unsigned char value) noexcept
{
    return 0x0101010101010101ULL * value;
}

/// The first byte that may not stand in a field value (RFC 9110 section 5.5), which is normally the CR that
/// ends it; or end. Eight bytes at a time: field values are the bulk of a head.
inline char const* skip_value(char const* p, char const* end) noexcept
{
    while (end - p >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, p, 8);
        std::uint64_t const del = word ^ every_byte(0x7f);
        std::uint64_t const below_space = (word - every_byte(0x20)) & ~word;
        std::uint64_t const is_del = (del - every_byte(1)) & ~del;
        if (((below_space | is_del) & every_byte(0x80)) != 0) {
            // Exact only as a yes or no for the eight; HTAB is among the yes.
            char const* const stop = p + 8;
            while (p != stop && is_a(*p, value_char))
                ++p;
            if (p != stop)
                return p;
            continue;
        }
        p += 8;
    }
    while (p != end && is_a(*p, value_char))
        ++p;
    return p;
}

inline char const* skip(char const* p, char const* end, char_class what) noexcept
{
    while (p != end && is_a(*p, what))
        ++p;
    return p;
}

} // namespace polyport::http
