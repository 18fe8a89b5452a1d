// SPDX-License-Identifier: BSL-1.0
#include "services/admin/browser_guard.hpp"

#include "services/http/authority.hpp"

#include <algorithm>
#include <string>

#include <arpa/inet.h>

namespace polyport::admin {
namespace {

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_letters(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

// An address cannot be made to mean another machine; and `localhost` is asked of no name server (RFC 6761,
// section 6.3).
bool is_address_or_localhost(std::string_view host_and_port)
{
    auto const parsed = http::parse_authority(host_and_port);
    if (!parsed)
        return false;
    auto host = parsed->host;
    if (same_letters(host, "localhost"))
        return true;
    bool const bracketed = host.size() > 2 && host.front() == '[';
    std::string const text(bracketed ? host.substr(1, host.size() - 2) : host);
    in6_addr address{};
    return ::inet_pton(bracketed ? AF_INET6 : AF_INET, text.c_str(), &address) == 1;
}

// Scheme, host and port of the page against ours; TLS may end at a proxy in front.
bool is_own_origin(std::string_view origin, std::string_view host) noexcept
{
    for (std::string_view const scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme))
            return same_letters(origin.substr(scheme.size()), host);
    }
    return false;
}

} // namespace

origin_verdict judge_origin(request_origin const& from, bool any_host) noexcept
{
    if (!any_host && !from.host.empty() && !is_address_or_localhost(from.host))
        return origin_verdict::name;
    if (!from.origin.empty() && !is_own_origin(from.origin, from.host))
        return origin_verdict::foreign;
    bool const own_site =
        from.fetch_site.empty() || from.fetch_site == "same-origin" || from.fetch_site == "none";
    // Following a link to the page is no harm: it cannot be framed, and what it shows cannot be read.
    if (!own_site && !(from.reads_page && from.fetch_mode == "navigate"))
        return origin_verdict::foreign;
    return origin_verdict::own;
}

} // namespace polyport::admin
