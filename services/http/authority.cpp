// SPDX-License-Identifier: BSL-1.0
#include "services/http/authority.hpp"

#include "services/http/characters.hpp"

#include <algorithm>
#include <cstddef>

#include <arpa/inet.h>

namespace polyport::http {
namespace {

constexpr std::size_t longest_host = 255; // RFC 1035 section 2.3.4

bool valid_ipv6(std::string_view text) noexcept
{
    char copy[INET6_ADDRSTRLEN] = {};
    // inet_pton stops at a NUL: what follows would pass unseen.
    if (text.size() >= sizeof copy || text.find('\0') != std::string_view::npos)
        return false;
    std::copy(text.begin(), text.end(), copy);
    in6_addr parsed;
    return ::inet_pton(AF_INET6, copy, &parsed) == 1;
}

bool valid_port(std::string_view text) noexcept
{
    unsigned value = 0;
    for (char const c : text) {
        if (!is_a(c, digit_char))
            return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
        if (value > 65535)
            return false;
    }
    return true;
}

} // namespace

std::optional<authority> parse_authority(std::string_view text) noexcept
{
    std::size_t size = 0;
    if (text.starts_with('[')) {
        size = text.find(']');
        if (size == std::string_view::npos || !valid_ipv6(text.substr(1, size - 1)))
            return std::nullopt;
        ++size;
    } else {
        while (size < text.size() && is_a(text[size], host_char))
            ++size;
    }
    if (size == 0 || size > longest_host)
        return std::nullopt;
    authority result{text.substr(0, size), {}};
    if (size == text.size())
        return result;
    if (text[size] != ':' || !valid_port(text.substr(size + 1)))
        return std::nullopt;
    result.port = text.substr(size + 1);
    return result;
}

} // namespace polyport::http
