// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"
#include "services/http/accept_encoding.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace polyport::http {

class content_types;
class document_root;

/// What files are loaded with. It outlives them.
struct load_settings {
    bool compress = true;      ///< look for precompressed neighbours, and offer compression
    std::string cache_control; ///< empty: no such field
};

/// One way to send a file: as it is, or under a content coding. Either its bytes are in memory, or an open
/// file has them.
struct representation {
    content_coding coding = content_coding::identity;
    std::string etag;             ///< strong, with its quotes
    std::string content_fields;   ///< fields of 200 and 206 that never change, each with its line end
    std::string validator_fields; ///< fields of 304 as well
    std::uint64_t size = 0;
    std::string content;
    std::shared_ptr<unique_fd const> file; ///< null if content holds the bytes

    bool in_memory() const noexcept { return !file; }
};

/// What tells the bytes of a file from those that it had, or another one has.
struct content_stamp {
    dev_t device = 0;
    ino_t inode = 0;
    mode_t mode = 0;
    off_t size = 0;
    std::int64_t modified = 0; ///< nanoseconds since 1970
    std::int64_t changed = 0;  ///< the same, of the inode

    friend bool operator==(content_stamp const&, content_stamp const&) = default;
};

/// The codings of precompressed neighbours, the best first.
inline constexpr std::array neighbour_codings{content_coding::br, content_coding::zstd, content_coding::gzip};

/// A file that can be served, as it was when it was looked at.
struct served_file {
    document_root const* root = nullptr;
    load_settings const* how = nullptr;
    std::string path; ///< below the root
    std::string type; ///< Content-Type
    content_stamp stamp;
    /// Those that are there, fit or not; all empty if none were looked for.
    std::array<std::optional<content_stamp>, neighbour_codings.size()> neighbours;
    std::int64_t modified = 0;         ///< seconds since 1970
    std::vector<representation> forms; ///< the first is the file as it is
    bool compressible = false;         ///< worth to be compressed, as it has no fit neighbour

    representation const& identity() const noexcept { return forms.front(); }
    representation const* form(content_coding coding) const noexcept;
    coding_set codings() const noexcept;
    std::size_t memory() const noexcept; ///< bytes, about
    std::size_t open_files() const noexcept;
    /// Looks again: whether it and its neighbours are still what they were.
    bool is_current() const;
};

/// Looks at a file and, if it is small, reads it. `path` is a target's. Precompressed neighbours (`.br`,
/// `.zst`, `.gz`) that are not older than the file become forms of it. Fails with errno; EISDIR for a
/// directory, EACCES for what else is no regular file. All that is given but `path` outlives the file.
result<std::shared_ptr<served_file>> load_file(document_root const& root, content_types const& types,
                                               load_settings const& how, std::string const& path);

/// `known` with one more form, whose bytes are `content`.
std::shared_ptr<served_file> with_form(served_file const& known, content_coding coding, std::string content);

} // namespace polyport::http
