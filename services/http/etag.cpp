// SPDX-License-Identifier: BSL-1.0
#include "services/http/etag.hpp"

#include "services/http/characters.hpp"

#include <cstdint>

namespace polyport::http {
namespace {

/// etagc: any visible byte but the quote, and obs-text. No escapes: a backslash is a character like any
/// other.
constexpr bool is_etag_char(char c) noexcept
{
    return c != '"' && c != ' ' && c != '\t' && is_a(c, value_char);
}

/// SplitMix64's last step: each bit of the input turns half of the output's, and no two inputs have the same.
constexpr std::uint64_t mixed(std::uint64_t value) noexcept
{
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31U);
}

} // namespace

std::optional<entity_tag> take_entity_tag(std::string_view& text) noexcept
{
    entity_tag tag;
    tag.weak = text.starts_with("W/");
    std::size_t const first = tag.weak ? 3 : 1;
    if (text.size() < first + 1 || text[first - 1] != '"')
        return std::nullopt;
    std::size_t last = first;
    while (last < text.size() && is_etag_char(text[last]))
        ++last;
    if (last == text.size() || text[last] != '"')
        return std::nullopt;
    tag.opaque = text.substr(first, last - first);
    text.remove_prefix(last + 1);
    return tag;
}

bool list_matches(std::string_view list, entity_tag tag,
                  bool (*equal)(entity_tag, entity_tag) noexcept) noexcept
{
    // Not next_element(): a tag may hold a backslash, which is no escape here.
    while (true) {
        while (!list.empty() && (is_ows(list.front()) || list.front() == ','))
            list.remove_prefix(1);
        auto const candidate = take_entity_tag(list);
        if (!candidate)
            return false;
        std::string_view const rest = trim_ows(list);
        if (!rest.empty() && rest.front() != ',')
            return false;
        if (equal(*candidate, tag))
            return true;
    }
}

std::string make_etag(std::uint64_t inode, std::uint64_t size, std::int64_t modified_ns,
                      std::string_view coding)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    constexpr std::uint64_t step = 0x9E3779B97F4A7C15U;
    auto hash = mixed(inode + step);
    hash = mixed((hash ^ size) + step);
    hash = mixed((hash ^ static_cast<std::uint64_t>(modified_ns)) + step);
    std::string tag = "\"";
    for (int bits = 64; bits > 0; bits -= 6, hash >>= 6U)
        tag += digits[hash % digits.size()];
    if (!coding.empty())
        tag.append(".").append(coding);
    tag += '"';
    return tag;
}

} // namespace polyport::http
