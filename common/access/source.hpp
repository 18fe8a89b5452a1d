// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/address_range.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>

namespace polyport {

/// Whom limits count as one: an IPv4 address, or the /64 of an IPv6 address, which is what one site has.
struct source {
    bool ipv6 = false;
    std::uint64_t bits = 0;

    explicit source(ip_number const& address) noexcept
        : ipv6(address.ipv6), bits(address.ipv6 ? address.high : address.low)
    {
    }

    /// Keyed with random numbers of this process, so that nobody can choose sources that collide. `salt`
    /// tells apart tables, or what is counted by itself within one.
    std::uint64_t hash(std::uint64_t salt = 0) const noexcept;

    friend bool operator==(source const&, source const&) = default;
};

} // namespace polyport
