// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace polyport::admin {

/// What a request says of where it comes from; fields that are not there are empty.
struct request_origin {
    std::string_view host;       ///< HOST[:PORT]; empty: HTTP/1.0, which no browser speaks
    std::string_view origin;     ///< Origin
    std::string_view fetch_site; ///< Sec-Fetch-Site
    std::string_view fetch_mode; ///< Sec-Fetch-Mode
    bool reads_page = false;     ///< GET or HEAD of the status page itself, which holds no secrets
};

enum class origin_verdict {
    own,     ///< no web page sends it, or the status page does
    foreign, ///< a web page of another origin sends it
    name,    ///< its Host is a name that anybody may point to this machine (DNS rebinding)
};

/// Browsers send what any web page asks them to, to services of their own machine too, and by a tunnel to its
/// UNIX sockets. any_host: the name need not be looked at, where a token is asked for that no browser sends
/// by itself.
origin_verdict judge_origin(request_origin const& from, bool any_host) noexcept;

} // namespace polyport::admin
