// SPDX-License-Identifier: BSL-1.0
#include "common/access/address_range.hpp"

#include "common/option_values.hpp"
#include "common/quoted.hpp"
#include "common/socket_address.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <arpa/inet.h>
#include <endian.h>

namespace polyport {
namespace {

constexpr std::uint64_t all_ones = ~std::uint64_t{0};
constexpr std::uint64_t mapped_low = 0xFFFF; // of the upper half of the last 64 bits

ip_number number_of(in_addr const& address) noexcept
{
    return {false, 0, ntohl(address.s_addr)};
}

ip_number number_of(in6_addr const& address) noexcept
{
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), &address, sizeof words);
    ip_number made{true, be64toh(words[0]), be64toh(words[1])};
    if (made.high == 0 && made.low >> 32 == mapped_low)
        return {false, 0, made.low & 0xFFFFFFFF};
    return made;
}

/// A number whose last `count` bits are one.
constexpr std::uint64_t low_ones(unsigned count) noexcept
{
    return count == 0 ? 0 : all_ones >> (64 - std::min(count, 64U));
}

} // namespace

std::optional<ip_number> ip_number_of(socket_address const& address) noexcept
{
    if (!address.is_ip())
        return std::nullopt;
    sockaddr_storage storage;
    address.fill(storage);
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, &storage, sizeof v4);
        return number_of(v4.sin_addr);
    }
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    return number_of(v6.sin6_addr);
}

std::optional<ip_number> parse_ip(std::string_view text) noexcept
{
    std::array<char, INET6_ADDRSTRLEN> copy{};
    if (text.size() >= copy.size())
        return std::nullopt;
    std::copy(text.begin(), text.end(), copy.begin());
    in_addr v4;
    if (::inet_pton(AF_INET, copy.data(), &v4) == 1)
        return number_of(v4);
    in6_addr v6;
    if (::inet_pton(AF_INET6, copy.data(), &v6) == 1)
        return number_of(v6);
    return std::nullopt;
}

std::string to_string(ip_number const& address)
{
    std::array<char, INET6_ADDRSTRLEN> text;
    if (!address.ipv6) {
        in_addr const v4{htonl(static_cast<std::uint32_t>(address.low))};
        return ::inet_ntop(AF_INET, &v4, text.data(), text.size());
    }
    std::array<std::uint64_t, 2> const words{htobe64(address.high), htobe64(address.low)};
    return ::inet_ntop(AF_INET6, words.data(), text.data(), text.size());
}

address_range range_of(ip_number address, unsigned bits) noexcept
{
    unsigned const width = address.ipv6 ? 128 : 32;
    unsigned const free = width - std::min(bits, width);
    std::uint64_t const low = low_ones(free);
    std::uint64_t const high = free > 64 ? low_ones(free - 64) : 0;
    return {{address.ipv6, address.high & ~high, address.low & ~low},
            {address.ipv6, address.high | high, address.low | low}};
}

checked<address_range> parse_address_range(std::string_view text)
{
    auto const slash = text.find('/');
    auto const address = parse_ip(text.substr(0, slash));
    if (!address)
        return problem{quoted(text) + " is not an address: write one such as 192.0.2.7, 10.0.0.0/8 or "
                                      "2001:db8::/32"};
    // Written as IPv6, though it may be an IPv4 address within.
    bool const written_as_ipv6 = text.substr(0, slash).find(':') != std::string_view::npos;
    bool const mapped = written_as_ipv6 && !address->ipv6;
    unsigned const width = written_as_ipv6 ? 128 : 32;
    if (slash == std::string_view::npos)
        return range_of(*address, width);
    auto const bits = parse_number<unsigned>(text.substr(slash + 1), 0, width);
    if (!bits)
        return problem{quoted(text) +
                       " is not a range of addresses: the number of bits behind the slash is 0 to " +
                       std::to_string(width)};
    if (mapped && *bits < 96)
        return problem{quoted(text) +
                       " is a part of IPv6 and all of IPv4 at once: write ranges of the one and of "
                       "the other"};
    auto const range = range_of(*address, mapped ? *bits - 96 : *bits);
    if (range.first != *address)
        return problem{quoted(text) + " has bits set behind its first " + std::to_string(*bits) + ": write " +
                       to_string(range) + ", or " + to_string(*address) + " for the one address"};
    return range;
}

std::string to_string(address_range const& range)
{
    unsigned const width = range.first.ipv6 ? 128 : 32;
    auto const free = static_cast<unsigned>(std::popcount(range.first.high ^ range.last.high) +
                                            std::popcount(range.first.low ^ range.last.low));
    auto const text = to_string(range.first);
    return free == 0 ? text : text + '/' + std::to_string(width - free);
}

} // namespace polyport
