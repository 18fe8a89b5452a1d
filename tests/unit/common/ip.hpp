// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/socket_address.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace polyport::test {

/// The address of an IPv4 or IPv6 `host` in digits.
inline socket_address ip(char const* host, std::uint16_t port)
{
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (::inet_pton(AF_INET, host, &v4.sin_addr) == 1)
        return socket_address::from(reinterpret_cast<sockaddr const*>(&v4), sizeof v4);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (::inet_pton(AF_INET6, host, &v6.sin6_addr) != 1)
        throw std::invalid_argument(std::string(host) + ": no address");
    return socket_address::from(reinterpret_cast<sockaddr const*>(&v6), sizeof v6);
}

} // namespace polyport::test
