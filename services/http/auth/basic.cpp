// SPDX-License-Identifier: BSL-1.0
#include "services/http/auth/basic.hpp"

#include "services/http/characters.hpp"

#include <algorithm>
#include <cstdint>

namespace polyport::http {
namespace {

int base64_value(char c) noexcept
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool has_control(std::string_view text) noexcept
{
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

} // namespace

std::optional<std::string> decode_base64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (char const c : text) {
        int const value = base64_value(c);
        if (value < 0)
            return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held & 0xFF);
        }
    }
    if ((bits & ((1U << held) - 1)) != 0) // bits that nobody would write
        return std::nullopt;
    return bytes;
}

std::optional<credentials> parse_basic(std::string_view field)
{
    constexpr std::string_view scheme = "Basic ";
    if (field.size() < scheme.size() || !equals_ignoring_case(field.substr(0, scheme.size()), scheme))
        return std::nullopt;
    field.remove_prefix(std::min(field.find_first_not_of(' ', scheme.size()), field.size()));
    auto const text = field.size() <= most_credentials ? decode_base64(field) : std::nullopt;
    if (!text || has_control(*text))
        return std::nullopt;
    auto const colon = text->find(':');
    if (colon == 0 || colon == std::string::npos)
        return std::nullopt;
    return credentials{text->substr(0, colon), text->substr(colon + 1)};
}

} // namespace polyport::http
