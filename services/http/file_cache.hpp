// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/served_file.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace polyport::http {

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
    /// Its bytes are not what they were.
    void forget(served_file const& known);
    /// Puts `better` in the place of `known`, wherever that is still kept.
    void replace(served_file const& known, entry better);

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
