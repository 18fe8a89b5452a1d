// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/socket_address.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyport {

inline constexpr std::uint16_t dns_port = 53;

/// A name server by its address in digits, without a zone; the empty address if it is none.
socket_address name_server(std::string const& text, std::uint16_t port);

/// The name servers that a text like /etc/resolv.conf names: three at the most (resolv.conf(5)); 127.0.0.1 if
/// it names none.
std::vector<socket_address> servers_of(std::string_view resolv_conf);

} // namespace polyport
