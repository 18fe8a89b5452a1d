// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sys/stat.h>

namespace polyport::http {

/// One way to send a file: as it is, or under a content coding. Either its bytes are in memory, or an open
/// file has them.
struct representation {
    std::string_view coding; ///< "br", "zstd", "gzip"; empty for the file as it is
    std::string etag;        ///< strong, with its quotes
    std::string fields;      ///< the fields of a response that never change, each with its line end
    std::uint64_t size = 0;
    std::string content;
    unique_fd file; ///< empty if content holds the bytes

    bool in_memory() const noexcept { return !file; }
};

/// A file that can be served, as it was when it was looked at.
struct served_file {
    std::string path; ///< below the root
    std::string type;
    struct stat status{};
    std::int64_t modified = 0; ///< seconds since 1970
    std::string last_modified;
    representation identity;
    std::vector<representation> encoded;
    bool varies = false; ///< on Accept-Encoding

    std::size_t memory() const noexcept;
};

/// Files that were asked for lately, ready to be sent. An entry is looked at again when it is used and was
/// last looked at a second ago or more, so that a file that changes is served anew within a second. Bounded
/// in bytes and in open files; the least recently used leaves.
class file_cache {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using entry = std::shared_ptr<served_file const>;

    /// `max_bytes` 0: nothing is kept.
    explicit file_cache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    /// The file to answer `key` with, if it is known and, as far as `still_same` says of its path and status,
    /// unchanged. `key` is a path as requested.
    entry find(std::string_view key, time_point now,
               std::function<bool(served_file const&)> const& still_same);
    void keep(std::string key, entry file, time_point now);

private:
    struct slot {
        std::string key;
        entry file;
        time_point checked;
    };
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept
        {
            return std::hash<std::string_view>()(text);
        }
    };
    using slots = std::list<slot>;

    void drop(slots::iterator which);

    static constexpr std::size_t max_entries = 4096;
    static constexpr std::size_t max_open_files = 512;

    std::size_t const max_bytes_;
    std::size_t bytes_ = 0;
    std::size_t open_files_ = 0;
    slots used_; ///< most recently used first
    std::unordered_map<std::string_view, slots::iterator, hash, std::equal_to<>> by_key_;
};

} // namespace polyport::http
