// SPDX-License-Identifier: BSL-1.0
#include "services/http/request_target.hpp"

#include "services/http/authority.hpp"
#include "services/http/characters.hpp"

#include <algorithm>

namespace polyport::http {
namespace {

classified_target refuse(std::string_view reason, status code = status::bad_request) noexcept
{
    return {true, code, reason, target_form::origin, {}, {}};
}

classified_target accept(target_form form, std::string_view authority, std::string_view path) noexcept
{
    return {false, status::ok, {}, form, authority, path};
}

/// Section 3.2.2: a server must accept it, although only proxies are meant to get it.
classified_target classify_absolute(method verb, std::string_view target) noexcept
{
    std::size_t const colon = target.find("://");
    if (colon == std::string_view::npos)
        return refuse("the request target is neither a path nor a URL");
    std::string_view const scheme = target.substr(0, colon);
    bool const secure = equals_ignoring_case(scheme, "https");
    if (!secure && !equals_ignoring_case(scheme, "http"))
        return refuse("the scheme of the target is not http");
    std::string_view const rest = target.substr(colon + 3);
    std::size_t const end = std::min(rest.find_first_of("/?"), rest.size());
    if (!parse_authority(rest.substr(0, end))) // RFC 9110 sections 4.2.1 and 4.2.4
        return refuse("the authority of the target is invalid");
    if (secure) // RFC 9110 section 7.4: it came over a connection that is not secured
        return refuse("an https target over plain HTTP", status::misdirected_request);
    // Section 3.2.4: OPTIONS for a URL without path and query is what * becomes on its way through a proxy.
    bool const whole_server = verb == method::options && end == rest.size();
    return accept(whole_server ? target_form::asterisk : target_form::absolute, rest.substr(0, end),
                  rest.substr(end));
}

} // namespace

classified_target classify_target(method verb, std::string_view target) noexcept
{
    if (verb == method::connect) { // section 3.2.3
        auto const parsed = parse_authority(target);
        if (!parsed || parsed->port.empty())
            return refuse("the target of CONNECT is not host:port");
        return accept(target_form::authority, target, {});
    }
    if (target.front() == '/') // section 3.2.1
        return accept(target_form::origin, {}, target);
    if (target != "*")
        return classify_absolute(verb, target);
    if (verb != method::options) // section 3.2.4
        return refuse("the target * belongs to OPTIONS alone");
    return accept(target_form::asterisk, {}, target);
}

} // namespace polyport::http
