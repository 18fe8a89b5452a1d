// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace polyport::http {

/// File name extension → media type, as it goes into Content-Type. Starts with the built-in table; what is
/// added later wins: first the system's table, then the user's own.
class content_types {
public:
    content_types();

    /// The extension comes with or without its dot, in any case, and may have dots within (`tar.gz`). Types
    /// of text get "; charset=utf-8" if they name none.
    void add(std::string_view extension, std::string_view type);

    /// Adds the lines `type ext ext …` of a table like /etc/mime.types; `#` begins a comment. Extensions
    /// whose type the built-in table has right for browsers (scripts, modules, XML…) stay. Returns how many
    /// were added.
    std::size_t add_table(std::string_view text);

    /// By the longest extension that is known, so `a.b.tar.gz` may match `tar.gz` before `gz`. The name may
    /// have directories in front. "application/octet-stream" if nothing matches. Valid until the next add().
    std::string_view find(std::string_view name) const noexcept;

private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept
        {
            return std::hash<std::string_view>()(text);
        }
    };
    std::unordered_map<std::string, std::string, hash, std::equal_to<>> types_;
};

/// add_table() with a file's content; 0 if it cannot be read.
std::size_t add_table_from_file(content_types& types, std::string const& file);

/// Whether compression is worth while: text, and the formats that are text inside. Parameters do not matter.
bool is_compressible(std::string_view type) noexcept;

} // namespace polyport::http
