// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace polyport::http {

/// The bytes of the well-formed character at the front of text: 1 to 4, or 0 if there is none. Overlong
/// forms, surrogates and what is above U+10FFFF are ill-formed (RFC 3629 section 4).
constexpr std::size_t utf8_size(std::string_view text) noexcept
{
    if (text.empty())
        return 0;
    auto const at = [text](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(text[i]));
    };
    unsigned const first = at(0);
    if (first < 0x80)
        return 1;
    std::size_t const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first < 0xc2 || first > 0xf4 || text.size() < size)
        return 0;
    unsigned const low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned const high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (at(1) < low || at(1) > high)
        return 0;
    for (std::size_t i = 2; i < size; ++i)
        if (at(i) < 0x80 || at(i) > 0xbf)
            return 0;
    return size;
}

} // namespace polyport::http
