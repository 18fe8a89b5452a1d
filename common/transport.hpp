// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>

namespace polyport {

enum class transport : std::uint8_t { tcp, udp, unix_stream, unix_datagram };

/// "tcp", "udp", "unix", "unixgram": the words of the launch report, the log and the client's addresses.
std::string_view to_string(transport value) noexcept;

} // namespace polyport
