// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/task.hpp"
#include "services/http/exchange.hpp"
#include "services/http/file_cache.hpp"

namespace polyport::http {

class http_service;
struct location;

/// The file that answers `path`, which is a target's, at its place; out of the cache, or looked at now and
/// kept. Fails with errno; EISDIR for a directory, EACCES for what is no regular file.
result<file_cache::entry> find_file(http_service& service, location const& place, std::string const& path);

/// Like send_file(), if nothing needs to be waited for. False: it has not begun.
bool send_file_now(http_service& service, exchange& x, file_cache::entry const& file);

/// Answers GET and HEAD with a file: conditions, ranges, encodings. A small one goes into x.out(). False if
/// it could not be sent whole.
task<bool> send_file(http_service& service, exchange& x, file_cache::entry file);

} // namespace polyport::http
