// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>

namespace polyport::http {

/// The status codes that polyport itself sends (RFC 9110 section 15, RFC 6585). A CGI program may give any
/// other three-digit code: convert the number with static_cast.
enum class status : std::uint16_t {
    continue_ = 100,
    ok = 200,
    created = 201,
    accepted = 202,
    no_content = 204,
    partial_content = 206,
    moved_permanently = 301,
    found = 302,
    see_other = 303,
    not_modified = 304,
    temporary_redirect = 307,
    permanent_redirect = 308,
    bad_request = 400,
    unauthorized = 401,
    forbidden = 403,
    not_found = 404,
    method_not_allowed = 405,
    not_acceptable = 406,
    request_timeout = 408,
    conflict = 409,
    gone = 410,
    length_required = 411,
    precondition_failed = 412,
    content_too_large = 413,
    uri_too_long = 414,
    unsupported_media_type = 415,
    range_not_satisfiable = 416,
    expectation_failed = 417,
    misdirected_request = 421,
    upgrade_required = 426,
    too_many_requests = 429,
    header_fields_too_large = 431,
    internal_server_error = 500,
    not_implemented = 501,
    bad_gateway = 502,
    service_unavailable = 503,
    gateway_timeout = 504,
    version_not_supported = 505,
    insufficient_storage = 507,
    loop_detected = 508,
};

constexpr unsigned number(status code) noexcept
{
    return static_cast<unsigned>(code);
}

/// The registered reason phrase; for a code that is not registered the name of its class ("Client Error"),
/// never empty.
std::string_view reason_phrase(status code) noexcept;

/// RFC 9112 section 6.3: 1xx, 204 and 304 never have a body, whatever their fields say.
constexpr bool allows_body(status code) noexcept
{
    return number(code) >= 200 && code != status::no_content && code != status::not_modified;
}

} // namespace polyport::http
