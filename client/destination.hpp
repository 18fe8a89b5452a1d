// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/endpoint_spec.hpp"
#include "common/error.hpp"

#include <string>
#include <string_view>

namespace polyport::client {

/// Where the client is to go: an endpoint and the kind of socket that speaks to it.
struct destination {
    enum class kind { stream, datagram };

    endpoint_spec endpoint; ///< host (port not 0) or UNIX; nothing else can be connected to
    kind type = kind::stream;

    bool is_datagram() const noexcept { return type == kind::datagram; }

    friend bool operator==(destination const&, destination const&) = default;
};

/// Reads `tcp://HOST:PORT`, `udp://HOST:PORT`, `unix:PATH`, `unixgram:PATH` (also `unix:@NAME`), or a short
/// form of the daemon, which stands for a stream: `8000`, `host:8000`, `/path`, `./path`, `@name`.
checked<destination> parse_destination(std::string_view text);

/// `127.0.0.1:8000` or `/path`: the name under which messages speak of it.
std::string name_of(destination const& to);

} // namespace polyport::client
