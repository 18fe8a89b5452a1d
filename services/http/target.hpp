// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/status.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace polyport::http {

/// What a request asks for: a path below the root, and a query that is nobody's business but a program's.
struct target {
    /// Decoded once and normalised: begins with '/', has no empty, "." or ".." segment, no NUL and no control
    /// byte. Ends in '/' only if the request did (or if it is the root), see directory.
    std::string path;
    std::string_view raw_path; ///< as sent, with its percent-encodings; view into the input
    std::string_view query;    ///< as sent, without the '?'; view into the input
    bool has_query = false;    ///< "/x?" has an empty query, "/x" has none
    bool directory = false;    ///< the path ends in '/', or in a dot segment, which means the same
    /// A segment begins with '.': .git, .htpasswd. `.well-known` as the first segment does not count (RFC
    /// 8615).
    bool hidden = false;
};

struct target_verdict {
    bool refused = false;
    status code = status::bad_request;
    std::string_view reason; ///< static storage
};

/// Takes request_head::path_and_query() of origin and absolute form apart. `out` is overwritten and keeps its
/// capacity, so that a reused one costs no allocation.
///
/// - Percent-encodings are decoded exactly once and before anything else is looked at, so that `%2e%2e` is
/// `..`
///   and `%252e` is the name `%2e`. A '%' without two hexadecimal digits: 400.
/// - Control bytes, NUL above all, however written: 400.
/// - "." and ".." are resolved (RFC 3986 section 5.2.4) after `//` has become `/`, as the file system would
///   do. A ".." that leaves the root: 400, not silently the root: nobody links so.
/// - `%2F`: 404. It names a segment with a slash in it, which no file can have; decoding it would let a path
///   mean something else here than to a proxy in front of us.
/// - A backslash is a character like any other; there is no other separator than '/'.
target_verdict parse_target(std::string_view path_and_query, target& out);

} // namespace polyport::http
