// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/runtime.hpp"
#include "services/http/accept_encoding.hpp"
#include "services/http/file_cache.hpp"
#include "services/http/served_file.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace polyport::http {

/// `bytes` under a coding, at a level that costs some tens of megabytes a second. Empty if it failed.
std::string compress(content_coding coding, std::string_view bytes);

/// Compresses files of the cache in the background. Who asks first gets the file as it is; when the
/// compressed form is done it takes its place in the cache. A form that is not smaller is not kept.
class compressor {
public:
    /// Both outlive it.
    compressor(runtime& owner, file_cache& files) : owner_(owner), files_(files) {}

    static constexpr coding_set codings() noexcept
    {
        return coding_set().add(content_coding::gzip).add(content_coding::zstd).add(content_coding::br);
    }

    /// Has no effect while the same is under way, when too many wait, or for identity.
    void request(file_cache::entry const& file, content_coding coding);

private:
    void finished(file_cache::entry const& file, content_coding coding, std::string content);

    static constexpr std::size_t max_waiting = 64;

    runtime& owner_;
    file_cache& files_;
    std::set<std::pair<std::string, content_coding>> waiting_; ///< etag and coding
    std::set<std::string> in_vain_;                            ///< etags of files that do not get smaller
};

} // namespace polyport::http
