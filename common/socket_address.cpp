// SPDX-License-Identifier: BSL-1.0
#include "common/socket_address.hpp"

#include "common/keyed_hash.hpp"
#include "common/quoted.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/un.h>

namespace polyport {
namespace {

constexpr std::size_t name_offset = offsetof(sockaddr_un, sun_path);
constexpr std::size_t name_room = sizeof(sockaddr_un) - name_offset;
static_assert(max_unix_path == name_room - 1);

/// The IPv4 address within ::ffff:0:0/96, or null.
unsigned char const* mapped_ipv4(in6_addr const& address) noexcept
{
    return IN6_IS_ADDR_V4MAPPED(&address) ? address.s6_addr + 12 : nullptr;
}

template <class Name>
result<socket_address> name_of(int fd, Name name)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* const address = reinterpret_cast<sockaddr*>(&storage);
    if (name(fd, address, &length) != 0)
        return error_code(errno, boost::system::system_category());
    return socket_address::from(address, length);
}

} // namespace

socket_address socket_address::from(sockaddr const* address, socklen_t length)
{
    socket_address made;
    if (length < sizeof(sa_family_t))
        return made;
    if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
        std::memcpy(&made.ip_.v4, address, sizeof(sockaddr_in));
    } else if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
        std::memcpy(&made.ip_.v6, address, sizeof(sockaddr_in6));
    } else if (address->sa_family == AF_UNIX) {
        made.ip_.any.sa_family = AF_UNIX;
        if (length <= name_offset)
            return made;
        char const* const name = reinterpret_cast<char const*>(address) + name_offset;
        // The kernel says more than there is room for when a path fills all of sun_path: unix(7), BUGS.
        std::size_t const given = std::min<std::size_t>(length - name_offset, name_room);
        made.name_.assign(name, name[0] == '\0' ? given : ::strnlen(name, given));
    }
    return made;
}

socket_address socket_address::from_unix(std::string_view name)
{
    socket_address made;
    made.ip_.any.sa_family = AF_UNIX;
    made.name_ = name.substr(0, name.starts_with('\0') ? name_room : max_unix_path);
    return made;
}

result<socket_address> socket_address::local_of(int fd)
{
    return name_of(fd, ::getsockname);
}

result<socket_address> socket_address::peer_of(int fd)
{
    return name_of(fd, ::getpeername);
}

socklen_t socket_address::fill(sockaddr_storage& storage) const noexcept
{
    switch (family()) {
    case AF_INET:
        std::memcpy(&storage, &ip_.v4, sizeof ip_.v4);
        return sizeof ip_.v4;
    case AF_INET6:
        std::memcpy(&storage, &ip_.v6, sizeof ip_.v6);
        return sizeof ip_.v6;
    case AF_UNIX: {
        storage.ss_family = AF_UNIX;
        char* const path = reinterpret_cast<char*>(&storage) + name_offset;
        std::memcpy(path, name_.data(), name_.size());
        // An abstract name is as long as the length says; a path ends with a NUL, and no name has none.
        bool const is_path = !name_.empty() && name_.front() != '\0';
        if (is_path)
            path[name_.size()] = '\0';
        return static_cast<socklen_t>(name_offset + name_.size() + (is_path ? 1 : 0));
    }
    default:
        storage.ss_family = AF_UNSPEC;
        return sizeof(sa_family_t);
    }
}

bool socket_address::is_wildcard() const noexcept
{
    switch (family()) {
    case AF_INET:
        return ip_.v4.sin_addr.s_addr == htonl(INADDR_ANY);
    case AF_INET6:
        return IN6_IS_ADDR_UNSPECIFIED(&ip_.v6.sin6_addr) != 0;
    default:
        return false;
    }
}

std::uint16_t socket_address::port() const noexcept
{
    switch (family()) {
    case AF_INET:
        return ntohs(ip_.v4.sin_port);
    case AF_INET6:
        return ntohs(ip_.v6.sin6_port);
    default:
        return 0;
    }
}

void socket_address::set_port(std::uint16_t port) noexcept
{
    if (family() == AF_INET)
        ip_.v4.sin_port = htons(port);
    else if (family() == AF_INET6)
        ip_.v6.sin6_port = htons(port);
}

std::string socket_address::host() const
{
    std::array<char, INET6_ADDRSTRLEN> text;
    if (family() == AF_INET)
        return inet_ntop(AF_INET, &ip_.v4.sin_addr, text.data(), text.size());
    if (family() != AF_INET6)
        return {};
    if (auto const* const mapped = mapped_ipv4(ip_.v6.sin6_addr))
        return inet_ntop(AF_INET, mapped, text.data(), text.size());
    std::string host = inet_ntop(AF_INET6, &ip_.v6.sin6_addr, text.data(), text.size());
    if (ip_.v6.sin6_scope_id != 0) {
        std::array<char, IF_NAMESIZE> zone;
        host += '%';
        if (::if_indextoname(ip_.v6.sin6_scope_id, zone.data()) != nullptr)
            host += zone.data();
        else
            host += std::to_string(ip_.v6.sin6_scope_id);
    }
    return host;
}

std::string socket_address::to_string() const
{
    return is_unix() ? escaped(raw()) : raw();
}

std::string socket_address::raw() const
{
    if (is_ip()) {
        std::string const text = host();
        bool const brackets = text.find(':') != std::string::npos;
        return (brackets ? "[" + text + "]:" : text + ":") + std::to_string(port());
    }
    if (is_unnamed())
        return "unnamed";
    return is_abstract() ? "@" + name_.substr(1) : name_;
}

bool operator==(socket_address const& a, socket_address const& b) noexcept
{
    if (a.family() != b.family())
        return false;
    switch (a.family()) {
    case AF_INET:
        return a.ip_.v4.sin_port == b.ip_.v4.sin_port && a.ip_.v4.sin_addr.s_addr == b.ip_.v4.sin_addr.s_addr;
    case AF_INET6:
        return a.ip_.v6.sin6_port == b.ip_.v6.sin6_port && a.ip_.v6.sin6_scope_id == b.ip_.v6.sin6_scope_id &&
               std::memcmp(&a.ip_.v6.sin6_addr, &b.ip_.v6.sin6_addr, sizeof(in6_addr)) == 0;
    default:
        return a.name_ == b.name_;
    }
}

std::size_t socket_address::hash() const noexcept
{
    auto const& keys = process_hash_keys();
    switch (family()) {
    case AF_INET: {
        std::uint64_t const word = (std::uint64_t{ip_.v4.sin_addr.s_addr} << 16) | ip_.v4.sin_port;
        return fold(fold(word ^ keys[0], keys[1]), keys[2]); // once leaves the low bits of ports alike
    }
    case AF_INET6: {
        std::array<std::uint64_t, 2> words;
        std::memcpy(words.data(), &ip_.v6.sin6_addr, sizeof words);
        std::uint64_t const rest = (std::uint64_t{ip_.v6.sin6_scope_id} << 16) | ip_.v6.sin6_port;
        return fold(fold(words[0] ^ keys[0], words[1] ^ keys[1]) ^ rest, keys[2]);
    }
    default:
        return fold(std::hash<std::string>{}(name_) ^ keys[0], keys[2]);
    }
}

} // namespace polyport
