// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/destination.hpp"
#include "client/failure.hpp"
#include "client/own_path.hpp"
#include "client/talk_options.hpp"
#include "common/socket_address.hpp"
#include "common/unique_fd.hpp"

#include <optional>
#include <string>
#include <vector>

namespace polyport::client {

/// A connected, non-blocking, close-on-exec socket.
struct connection {
    std::optional<own_path> path; ///< that the socket is bound to
    unique_fd socket;
};

/// The addresses that the destination stands for, to be tried in turn.
outcome<std::vector<socket_address>> look_up(destination const& to);

/// Tries one address after the other; all but the last are given up after 3 s at most.
outcome<connection> connect_stream(talk_options const& options);

/// One socket for datagrams, connected (so that refusals and nobody else's messages come in). UNIX sockets
/// are bound to a path of their own, numbered from `serial` on. The error is an errno value, or a failure
/// that no other try can cure.
struct datagram_attempt {
    int error = 0;
    std::optional<failure> hopeless;
    connection made;
};
datagram_attempt connect_datagram(talk_options const& options, socket_address const& peer, unsigned serial);

/// "127.0.0.1:8000: connection refused; is polyportd running there?"
std::string connect_sentence(destination const& to, std::string const& tried, int error);

} // namespace polyport::client
