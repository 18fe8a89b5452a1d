// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/address_range.hpp"
#include "common/error.hpp"
#include "common/socket_address.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace polyport::admin {

/// Which other ends are meant: addresses as the access rules take them, and paths of UNIX sockets.
class remote_match {
public:
    /// `192.0.2.7`, `::1`, `10.0.0.0/8`, `192.0.2.` (all that begin so), `192.0.2.7:52114`, `[::1]:52114`,
    /// `fe80::1%eth0`; or what the name of a UNIX socket begins with: `/run/`, `./`, `@name`, and `unnamed`.
    static checked<remote_match> parse(std::string_view text);

    bool matches(socket_address const& address) const;

private:
    enum class kind : std::uint8_t { range, host, name };

    kind kind_ = kind::range;
    address_range range_;
    std::uint16_t port_ = 0; ///< 0: any
    std::string text_;       ///< of a host with its zone, or the beginning of a name
};

} // namespace polyport::admin
