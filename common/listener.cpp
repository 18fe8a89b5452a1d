// SPDX-License-Identifier: BSL-1.0
#include "common/listener.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

namespace polyport {
namespace {

// What a burst of datagrams may take up while the loop is busy elsewhere; the kernel caps it at
// net.core.rmem_max.
constexpr int datagram_receive_buffer = 4 * 1024 * 1024;
constexpr int unix_send_buffer = 64 * 1024 * 1024;
constexpr int port_attempts = 16;

bool is_stream(transport kind)
{
    return kind == transport::tcp || kind == transport::unix_stream;
}

bool set_option(int fd, int level, int name, int value)
{
    return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

problem because(int code, std::string remedy = {})
{
    return {std::strerror(code) + std::move(remedy)};
}

std::string_view remedy_of(int code)
{
    switch (code) {
    case EADDRINUSE:
        return ": another program listens there; stop it (ss -lnp shows it) or choose another port";
    case EACCES:
        return ": ports below 1024 need root or CAP_NET_BIND_SERVICE; choose a higher one";
    case EADDRNOTAVAIL:
        return ": this machine has no such address; choose one that `ip address` shows, or *";
    default:
        return "";
    }
}

transport transport_of(socket_address const& address, transports reached_by)
{
    if (address.is_unix())
        return contains(reached_by, transport::unix_stream) ? transport::unix_stream
                                                            : transport::unix_datagram;
    return contains(reached_by, transport::tcp) ? transport::tcp : transport::udp;
}

void set_datagram_options(int fd, socket_address const& address)
{
    set_option(fd, SOL_SOCKET, SO_RCVBUF, datagram_receive_buffer);
    // What a connected UNIX client has not read counts against our own send buffer, and so against the
    // answers of all others; only root may have more than net.core.wmem_max.
    if (address.is_unix() && !set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, unix_send_buffer))
        set_option(fd, SOL_SOCKET, SO_SNDBUF, unix_send_buffer);
    if (!address.is_wildcard())
        return;
    // Answers go out from the address that was asked. An IPv6 socket tells it of IPv4 peers in the same way,
    // as a mapped address; asked for both ways, it would not fit, and the kernel would refuse both together.
    if (address.family() == AF_INET6)
        set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    else
        set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

checked<void> bind_ip(int fd, socket_address const& address, transport kind, bool both_families)
{
    // `*` is [::] for both families; any other IPv6 address, [::] too, may share its port with an IPv4 one.
    if (address.family() == AF_INET6)
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !both_families);
    // Binds again at once after a restart, TIME_WAIT or not; two live servers still cannot share a TCP port.
    // UDP has no such state, and there the option would let them.
    if (kind == transport::tcp)
        set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    sockaddr_storage storage;
    auto const length = address.fill(storage);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&storage), length) != 0)
        return because(errno, std::string(remedy_of(errno)));
    return {};
}

checked<listener> open_one(socket_address const& address, transports reached_by, bool both_families,
                           server_settings const& settings)
{
    listener made;
    made.kind = transport_of(address, reached_by);
    int const type = is_stream(made.kind) ? SOCK_STREAM : SOCK_DGRAM;
    made.fd = unique_fd(::socket(address.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made.fd)
        return because(errno);
    if (address.is_unix()) {
        auto bound = socket_file::bind(made.fd.get(), address, settings);
        if (!bound)
            return bound.error();
        made.file = std::move(*bound);
    } else if (auto const bound = bind_ip(made.fd.get(), address, made.kind, both_families); !bound) {
        return bound.error();
    }
    if (!is_stream(made.kind))
        set_datagram_options(made.fd.get(), address);
    else if (::listen(made.fd.get(), static_cast<int>(settings.backlog)) != 0)
        return because(errno, std::string(remedy_of(errno)));
    auto const bound_to = socket_address::local_of(made.fd.get());
    if (!bound_to)
        return because(bound_to.error().value());
    made.address = *bound_to;
    return made;
}

// With port 0 and several addresses the kernel chooses for the first, and the others must get the same.
checked<std::vector<listener>> open_all(std::vector<socket_address> addresses, transports reached_by,
                                        bool both_families, std::string_view asked_as,
                                        server_settings const& settings)
{
    bool const any_port = addresses.size() > 1 && addresses.front().port() == 0;
    for (int attempt = 1;; ++attempt) {
        std::vector<listener> made;
        std::optional<problem> failure;
        for (auto address : addresses) {
            if (any_port && !made.empty())
                address.set_port(made.front().address.port());
            auto one = open_one(address, reached_by, both_families, settings);
            if (!one) {
                auto const shown = address.to_string();
                failure = problem{(shown == asked_as ? "" : shown + ": ") + one.error().text};
                break;
            }
            made.push_back(std::move(*one));
        }
        if (!failure)
            return made;
        if (!any_port || attempt == port_attempts)
            return *failure;
    }
}

int socket_option(int fd, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    ::getsockopt(fd, SOL_SOCKET, name, &value, &size);
    return value;
}

checked<listener> adopt(unique_fd fd, transports reached_by, server_settings const& settings)
{
    listener made;
    auto const address = socket_address::local_of(fd.get());
    if (!address)
        return problem{"it is no socket; pass a bound socket"};
    bool const stream = socket_option(fd.get(), SO_TYPE) == SOCK_STREAM;
    made.kind = address->is_unix() ? (stream ? transport::unix_stream : transport::unix_datagram)
                                   : (stream ? transport::tcp : transport::udp);
    if (!contains(reached_by, made.kind))
        return problem{"it is a " + std::string(to_string(made.kind)) +
                       " socket, which this service does not use; pass one of the right type"};
    if (stream && socket_option(fd.get(), SO_ACCEPTCONN) != 1 &&
        ::listen(fd.get(), static_cast<int>(settings.backlog)) != 0)
        return because(errno);
    if (!stream)
        set_datagram_options(fd.get(), *address);
    made.address = *address;
    made.fd = std::move(fd);
    return made;
}

checked<std::vector<listener>> adopt_all(std::string const& name, transports reached_by,
                                         server_settings const& settings, inherited_sockets& inherited)
{
    auto taken = inherited.take(name);
    if (!taken)
        return taken.error();
    std::vector<listener> made;
    for (auto& fd : *taken) {
        auto one = adopt(std::move(fd), reached_by, settings);
        if (!one)
            return one.error();
        made.push_back(std::move(*one));
    }
    return made;
}

} // namespace

checked<std::vector<listener>> open_listeners(enabled_endpoint const& endpoint, transports reached_by,
                                              server_settings const& settings, inherited_sockets& inherited)
{
    auto const named = [&](problem const& cause) {
        return problem{endpoint.origin + ": --" + endpoint.service + " " + to_string(endpoint.where) + ": " +
                       cause.text};
    };
    if (endpoint.where.type == endpoint_spec::kind::inherited) {
        auto made = adopt_all(endpoint.where.path, reached_by, settings, inherited);
        return made ? std::move(made) : named(made.error());
    }
    auto addresses = resolve(endpoint.where);
    if (!addresses)
        return named(addresses.error());
    bool const both_families = endpoint.where.type == endpoint_spec::kind::any_address;
    auto made =
        open_all(std::move(*addresses), reached_by, both_families, to_string(endpoint.where), settings);
    return made ? std::move(made) : named(made.error());
}

} // namespace polyport
