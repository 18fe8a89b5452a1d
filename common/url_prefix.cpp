// SPDX-License-Identifier: BSL-1.0
#include "common/url_prefix.hpp"

#include "common/quoted.hpp"

#include <algorithm>

namespace polyport {
namespace {

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_host_char(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/// A name, an IPv4 address, or an IPv6 address in brackets; in lower case.
bool is_host(std::string_view host) noexcept
{
    if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) {
        host = host.substr(1, host.size() - 2);
        return std::all_of(host.begin(), host.end(), [](char c) { return is_host_char(c) || c == ':'; });
    }
    return !host.empty() && host.front() != '.' && std::all_of(host.begin(), host.end(), is_host_char);
}

problem wrong(std::string_view text, std::string const& why)
{
    return problem{quoted(text) + " is not a prefix of URLs: " + why};
}

} // namespace

std::string comparable_host(std::string_view host)
{
    if (host.ends_with('.'))
        host.remove_suffix(1);
    std::string made(host);
    for (char& c : made)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    return made;
}

checked<url_prefix> parse_url_prefix(std::string_view text)
{
    url_prefix made;
    std::string_view path = text;
    if (text.starts_with("//")) {
        auto const slash = std::min(text.find('/', 2), text.size());
        made.host = comparable_host(text.substr(2, slash - 2));
        path = text.substr(slash);
        if (!is_host(made.host))
            return wrong(text, "write the host as //example.org/PATH, without a port");
        if (path.empty())
            path = "/";
    }
    if (!path.starts_with('/'))
        return wrong(text, "it begins with a slash, such as /pub/");
    if (std::any_of(path.begin(), path.end(), is_control))
        return wrong(text, "it has a control character in it");
    if (path.find('%') != std::string_view::npos)
        return wrong(text, "write it decoded, without percent signs");
    // It is compared with paths that are decoded and have no empty and no dot segments left.
    std::string const whole = std::string(path) + '/';
    if (path.find("//") != std::string_view::npos || whole.find("/./") != std::string::npos ||
        whole.find("/../") != std::string::npos)
        return wrong(text, "it has no empty segment, no . and no ..");
    if (path.ends_with('/'))
        path.remove_suffix(1);
    made.path = path;
    return made;
}

std::string to_string(url_prefix const& prefix)
{
    return (prefix.host.empty() ? "" : "//" + prefix.host) + prefix.path + '/';
}

std::optional<prefixed_value> split_prefixed(std::string_view text) noexcept
{
    auto const equals = text.find('=');
    if (!text.starts_with('/') || equals == std::string_view::npos)
        return std::nullopt;
    return prefixed_value{text.substr(0, equals), text.substr(equals + 1)};
}

} // namespace polyport
