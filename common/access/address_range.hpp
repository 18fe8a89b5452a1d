// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyport {

class socket_address;

/// An IP address as a number, to compare and to look up. An IPv4-mapped IPv6 address is the IPv4 one; so one
/// rule holds for a client whatever the family of the socket that it reached.
struct ip_number {
    bool ipv6 = false;
    std::uint64_t high = 0; ///< IPv6: the first 64 bits
    std::uint64_t low = 0;  ///< IPv6: the last 64 bits; IPv4: the address

    friend auto operator<=>(ip_number const&, ip_number const&) = default;
};

/// Nothing for what is no IP address.
std::optional<ip_number> ip_number_of(socket_address const& address) noexcept;

/// `192.0.2.7` or `2001:db8::7`, without a zone.
std::optional<ip_number> parse_ip(std::string_view text) noexcept;

std::string to_string(ip_number const& address);

/// All addresses with the same first bits.
struct address_range {
    ip_number first;
    ip_number last;

    bool contains(ip_number const& address) const noexcept
    {
        return address.ipv6 == first.ipv6 && first <= address && address <= last;
    }
    bool contains(address_range const& other) const noexcept
    {
        return contains(other.first) && contains(other.last);
    }
    friend bool operator==(address_range const&, address_range const&) = default;
};

/// The 2^(width - bits) addresses that begin as `address` does.
address_range range_of(ip_number address, unsigned bits) noexcept;

/// `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. What stands behind the prefix must be zero: the problem then
/// says the right form. A range within ::ffff:0:0/96 is one of IPv4.
checked<address_range> parse_address_range(std::string_view text);

/// `192.0.2.7`, `10.0.0.0/8`
std::string to_string(address_range const& range);

} // namespace polyport
