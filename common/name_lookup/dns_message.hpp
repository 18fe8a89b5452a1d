// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/address_range.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyport {

enum class dns_type : std::uint16_t { a = 1, ptr = 12, aaaa = 28 };

struct dns_question {
    std::string name; ///< in lower case, without the dot at its end
    dns_type type = dns_type::ptr;
};

/// What polyport asks for an address: 7.2.0.192.in-addr.arpa, and the like below ip6.arpa.
dns_question reverse_question(ip_number const& address);

/// A query with recursion desired, which takes answers up to 1,232 bytes (RFC 1035, RFC 6891). Empty if the
/// name cannot be asked for.
std::string make_dns_query(dns_question const& question, std::uint16_t id);

struct dns_reply {
    enum class kind : std::uint8_t {
        unusable,  ///< not the answer to this question: go on waiting
        failed,    ///< the server cannot tell (SERVFAIL, REFUSED): ask another
        truncated, ///< the rest is to be had over TCP
        answered,  ///< perhaps that there is nothing
    };
    kind what = kind::unusable;
    std::vector<std::string> names;   ///< of PTR records: host names in lower case; others are left out
    std::vector<ip_number> addresses; ///< of A and AAAA records
    std::chrono::seconds lifetime{0}; ///< the shortest of the records used; 0: none told
};

/// Names and addresses that one reply may have; more are left out.
inline constexpr std::size_t most_dns_records = 512;

/// Reads a reply from the network: any bytes. Records count only if they belong to the question, by way of
/// CNAME records too (RFC 2317 has them in reverse zones).
dns_reply read_dns_reply(std::string_view bytes, dns_question const& question, std::uint16_t id);

} // namespace polyport
