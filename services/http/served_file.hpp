// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"
#include "services/http/accept_encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>

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

/// A file that can be served, as it was when it was looked at.
struct served_file {
    document_root const* root = nullptr;
    load_settings const* how = nullptr;
    std::string path; ///< below the root
    std::string type; ///< Content-Type
    struct stat status{};
    std::int64_t modified = 0;         ///< seconds since 1970
    std::vector<representation> forms; ///< the first is the file as it is
    bool compressible = false;         ///< worth to be compressed, if no form of it is yet

    representation const& identity() const noexcept { return forms.front(); }
    representation const* form(content_coding coding) const noexcept;
    coding_set codings() const noexcept;
    std::size_t memory() const noexcept; ///< bytes, about
    std::size_t open_files() const noexcept;
    /// Whether `now` is the status of the same bytes.
    bool is_same(struct stat const& now) const noexcept;
};

/// Looks at a file and, if it is small, reads it. `path` is a target's. Precompressed neighbours (`.br`,
/// `.zst`, `.gz`) that are not older than the file become forms of it. Fails with errno; EISDIR for a
/// directory, EACCES for what else is no regular file. All that is given but `path` outlives the file.
result<std::shared_ptr<served_file>> load_file(document_root const& root, content_types const& types,
                                               load_settings const& how, std::string const& path);

/// `known` with one more form, whose bytes are `content`.
std::shared_ptr<served_file> with_form(served_file const& known, content_coding coding, std::string content);

} // namespace polyport::http
