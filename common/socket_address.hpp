// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/endpoint_spec.hpp"
#include "common/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

namespace polyport {

/// The address of a socket: IPv4, IPv6 or UNIX. A value of 64 bytes; IPv4 and IPv6 never allocate.
class socket_address {
public:
    /// No address at all: family() is AF_UNSPEC.
    socket_address() noexcept : ip_{} {}

    /// What the kernel has filled in. `length` decides for UNIX: no name, a path, or an abstract name. A
    /// family that polyport does not know, or too short a structure, gives the empty address.
    static socket_address from(sockaddr const* address, socklen_t length);

    /// A UNIX address from a path, or from an abstract name with a leading NUL. At most 108 bytes are kept
    /// of an abstract name and 107 of a path; parse_endpoint has refused longer ones.
    static socket_address from_unix(std::string_view name);

    /// getsockname(2) and getpeername(2).
    static result<socket_address> local_of(int fd);
    static result<socket_address> peer_of(int fd);

    /// Fills `storage` for bind, connect or sendto, and returns the length to pass. Never allocates.
    socklen_t fill(sockaddr_storage& storage) const noexcept;

    sa_family_t family() const noexcept { return ip_.any.sa_family; }
    bool is_ip() const noexcept { return family() == AF_INET || family() == AF_INET6; }
    bool is_unix() const noexcept { return family() == AF_UNIX; }
    /// A UNIX socket that is bound to nothing (nobody can answer it), or the empty address.
    bool is_unnamed() const noexcept { return !is_ip() && name_.empty(); }
    /// 0.0.0.0 or [::]: every address of this machine.
    bool is_wildcard() const noexcept;
    bool is_abstract() const noexcept { return !name_.empty() && name_.front() == '\0'; }

    /// Host byte order; 0 where there is none.
    std::uint16_t port() const noexcept;
    void set_port(std::uint16_t port) noexcept;

    /// `192.0.2.1` or `2001:db8::1`, with its zone where it has one; an IPv4-mapped address as IPv4. Empty
    /// for UNIX.
    std::string host() const;

    /// The path as it was bound, or the abstract name with its leading NUL; empty for IP. Raw bytes: escape
    /// them before they are shown.
    std::string const& unix_name() const noexcept { return name_; }

    /// `127.0.0.1:8000`, `[::1]:8000`, `/path`, `@name`, `unnamed`; safe to show, control bytes are escaped.
    std::string to_string() const;
    /// The same with the bytes of names as they are, for what escapes by itself: the log, JSON.
    std::string raw() const;

    /// Same family, address and port (and zone); an IPv4-mapped address differs from the IPv4 one.
    friend bool operator==(socket_address const& a, socket_address const& b) noexcept;

    /// Keyed with random numbers of this process, so that nobody can choose addresses that collide.
    std::size_t hash() const noexcept;

private:
    union ip_address {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
    };

    ip_address ip_;    // for UNIX only the family counts
    std::string name_; // UNIX only
};

/// The addresses to bind (or to try one after the other when connecting), at least one; blocking, for
/// start-up. `*` gives [::], which a listener opens for both families (IPV6_V6ONLY off), or 0.0.0.0 where the
/// kernel has no IPv6; `localhost` gives 127.0.0.1 and ::1 as far as this machine has them (RFC 6761, section
/// 6.3: never asked of a name server); other names are looked up. An inherited endpoint has none: a problem.
checked<std::vector<socket_address>> resolve(endpoint_spec const& endpoint);

} // namespace polyport

template <>
struct std::hash<polyport::socket_address> {
    std::size_t operator()(polyport::socket_address const& address) const noexcept { return address.hash(); }
};
