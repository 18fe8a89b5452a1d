// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/task.hpp"
#include "services/http/cgi/gateway.hpp"
#include "services/http/cgi/lookup.hpp"
#include "services/http/exchange.hpp"

#include <string>
#include <string_view>

namespace polyport::http {
class http_service;
}

namespace polyport::cgi {

/// A program found for a request, and the path that it was found at, into which the result points.
struct route {
    std::string path;
    lookup_result found;

    bool is_cgi() const noexcept { return found.what != lookup_result::verdict::not_cgi; }
    /// Nothing there is ever sent as a file, and no listing is made of it.
    bool inside_prefix() const noexcept { return found.inside_prefix; }
};

/// Looks whether x.where is for a program: its path, or for a directory one of the index names in it. `into`
/// is overwritten. Files that are in the cache are none and cost nothing.
void find_route(http::http_service& service, http::exchange& x, route& into);

/// Answers x.where by what was found: runs the program, or refuses. `target` is what was asked for, of which
/// x.where was made; `to` lives until the answer is there.
task<answered> answer_route(http::http_service& service, http::exchange& x, route const& to,
                            std::string_view target, bool redirected);

} // namespace polyport::cgi
