// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::http {

struct listing_entry {
    std::string name; ///< without a slash; any bytes
    bool directory = false;
    std::uint64_t size = 0;    ///< bytes; of no meaning for a directory
    std::int64_t modified = 0; ///< seconds since 1970
};

struct listed_names {
    std::vector<listing_entry> entries;
    bool cut = false; ///< the directory has more
};

enum class listing_column : std::uint8_t { name, size, time };

struct listing_order {
    listing_column column = listing_column::name;
    bool descending = false;

    friend bool operator==(listing_order const&, listing_order const&) = default;
};

/// From `sort=name|size|time` and `order=asc|desc` of a query; anything else in it is passed over.
listing_order parse_listing_order(std::string_view query) noexcept;

/// Directories first, each part by the column, then by name (letters without regard to case).
void sort_listing(std::vector<listing_entry>& entries, listing_order order);

/// An HTML page for the directory `path` (decoded, with its slash at the end), with the entries in the order
/// given. Needs no script and nothing from elsewhere. The links are relative, so that a prefix in front does
/// not matter.
std::string listing_html(std::string_view path, listed_names const& of, listing_order order);

/// A JSON array of objects as nginx writes it (name, type, mtime, size of files), and href: the name as a
/// URL, which alone is exact for names that are no UTF-8.
std::string listing_json(listed_names const& of);

/// `0 B`, `1023 B`, `1.0 KiB`, `10 MiB`: three digits at the most before the unit changes, rounded down.
std::string readable_size(std::uint64_t bytes);

} // namespace polyport::http
