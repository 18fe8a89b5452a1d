// SPDX-License-Identifier: BSL-1.0
#include "common/quoted.hpp"
#include "common/socket_address.hpp"
#include "common/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <strings.h>

namespace polyport {
namespace {

socket_address ipv4(std::uint32_t host, std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(host);
    return socket_address::from(reinterpret_cast<sockaddr const*>(&address), sizeof address);
}

socket_address ipv6(in6_addr const& host, std::uint16_t port)
{
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = host;
    return socket_address::from(reinterpret_cast<sockaddr const*>(&address), sizeof address);
}

bool kernel_has_ipv6()
{
    return static_cast<bool>(unique_fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
}

/// Whether an interface of this machine carries the address: a port of the kernel's choice can be bound on
/// it.
bool is_local(socket_address address)
{
    unique_fd const probe(::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!probe)
        return false;
    address.set_port(0);
    sockaddr_storage storage;
    socklen_t const length = address.fill(storage);
    return ::bind(probe.get(), reinterpret_cast<sockaddr const*>(&storage), length) == 0;
}

std::vector<socket_address> localhost(std::uint16_t port)
{
    std::vector<socket_address> found;
    for (auto const& address : {ipv4(INADDR_LOOPBACK, port), ipv6(in6addr_loopback, port)})
        if (is_local(address))
            found.push_back(address);
    if (found.empty()) // the error of binding it says more than we could here
        found.push_back(ipv4(INADDR_LOOPBACK, port));
    return found;
}

checked<std::vector<socket_address>> look_up(endpoint_spec const& endpoint)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM; // one type, or each address comes three times
    addrinfo* list = nullptr;
    int const error = ::getaddrinfo(endpoint.host.c_str(), nullptr, &hints, &list);
    if (error != 0) {
        std::string const cause = error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error);
        return problem{quoted(to_string(endpoint)) + ": the host " + quoted(endpoint.host) +
                       " cannot be resolved: " + cause + "; write an address or correct the name"};
    }
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> const owner(list, ::freeaddrinfo);
    std::vector<socket_address> found;
    for (addrinfo const* entry = list; entry != nullptr; entry = entry->ai_next) {
        socket_address address = socket_address::from(entry->ai_addr, entry->ai_addrlen);
        address.set_port(endpoint.port);
        if (address.is_ip() && std::find(found.begin(), found.end(), address) == found.end())
            found.push_back(address);
    }
    if (found.empty())
        return problem{quoted(to_string(endpoint)) + ": the host " + quoted(endpoint.host) +
                       " has no address"};
    return found;
}

bool is_localhost(std::string const& host)
{
    return ::strcasecmp(host.c_str(), "localhost") == 0;
}

} // namespace

checked<std::vector<socket_address>> resolve(endpoint_spec const& endpoint)
{
    switch (endpoint.type) {
    case endpoint_spec::kind::any_address:
        return std::vector{kernel_has_ipv6() ? ipv6(in6addr_any, endpoint.port)
                                             : ipv4(INADDR_ANY, endpoint.port)};
    case endpoint_spec::kind::host:
        if (is_localhost(endpoint.host))
            return localhost(endpoint.port);
        return look_up(endpoint);
    case endpoint_spec::kind::unix_path:
        return std::vector{socket_address::from_unix(endpoint.path)};
    case endpoint_spec::kind::unix_abstract:
        return std::vector{socket_address::from_unix(std::string(1, '\0') + endpoint.path)};
    case endpoint_spec::kind::inherited:
        break;
    }
    return problem{quoted(to_string(endpoint)) +
                   ": an inherited socket is bound already; there is nothing to connect to by that name"};
}

} // namespace polyport
