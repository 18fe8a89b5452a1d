// SPDX-License-Identifier: BSL-1.0
#include "common/quoted.hpp"

#include "common/escape.hpp"

namespace polyport {
namespace {

bool is_continuation(std::string_view text, std::size_t at) noexcept
{
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

} // namespace

std::size_t utf8_length(std::string_view text) noexcept
{
    if (text.empty())
        return 0;
    auto const first = static_cast<unsigned char>(text[0]);
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4 || !is_continuation(text, 1))
        return 0;
    if (first < 0xE0)
        return 2;
    auto const second = static_cast<unsigned char>(text[1]);
    if (!is_continuation(text, 2))
        return 0;
    if (first < 0xF0)
        return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? 0 : 3;
    if (!is_continuation(text, 3))
        return 0;
    return (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) ? 0 : 4;
}

std::string escaped(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    append_escaped(out, text);
    return out;
}

std::string quoted(std::string_view text, std::size_t limit)
{
    if (text.size() <= limit)
        return "'" + escaped(text) + "'";
    std::size_t cut = 0; // never within a character
    while (cut < limit) {
        std::size_t const length = utf8_length(text.substr(cut));
        std::size_t const step = length == 0 ? 1 : length;
        if (cut + step > limit)
            break;
        cut += step;
    }
    return "'" + escaped(text.substr(0, cut)) + "...'";
}

} // namespace polyport
