// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyport::http {

/// RFC 9110 section 8.8.3.
struct entity_tag {
    std::string_view opaque; ///< without its quotes
    bool weak = false;
};

/// Takes a tag off the front of text; none, and text unchanged, if there is none. Weakness is written `W/`,
/// case-sensitive.
std::optional<entity_tag> take_entity_tag(std::string_view& text) noexcept;

/// Section 8.8.3.2: equal and both strong.
constexpr bool match_strongly(entity_tag a, entity_tag b) noexcept
{
    return !a.weak && !b.weak && a.opaque == b.opaque;
}

constexpr bool match_weakly(entity_tag a, entity_tag b) noexcept
{
    return a.opaque == b.opaque;
}

/// Whether a list of tags (section 13.1.1) has one that equals this one; what is malformed ends the list.
/// "*" is not looked for: it is not about a tag.
bool list_matches(std::string_view list, entity_tag tag,
                  bool (*equal)(entity_tag, entity_tag) noexcept) noexcept;

/// The strong tag of a file's bytes, with its quotes: a change of inode, size or modification time (in
/// nanoseconds) gives another one, of several at once but for a chance of 2^-64. It tells none of them, and
/// is short: clients and caches read and send it with each request. The coding ("gzip"…, or empty) is part of
/// it, since each coding of a file is a representation of its own (section 8.8.3.3).
std::string make_etag(std::uint64_t inode, std::uint64_t size, std::int64_t modified_ns,
                      std::string_view coding = {});

} // namespace polyport::http
