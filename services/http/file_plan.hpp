// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/byte_range.hpp"
#include "services/http/file_cache.hpp"
#include "services/http/served_file.hpp"
#include "services/http/status.hpp"

#include <vector>

namespace polyport::http {

class exchange;
class http_service;

/// What a request for a file comes to.
struct file_plan {
    status code = status::ok;
    representation const* form = nullptr;
    std::vector<byte_range> ranges; ///< with 206
};

/// Which form of it the client takes, whether it has it already, and which parts it wants. May ask for a
/// better form to be made for the next one.
file_plan plan_file(http_service& service, exchange& x, file_cache::entry const& file);

} // namespace polyport::http
