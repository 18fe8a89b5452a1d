// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"
#include "common/error.hpp"
#include "services/admin/query.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace polyport::admin {

/// Which connections are meant: those for which everything that is given holds.
struct connection_filter {
    std::optional<std::string> service;
    std::optional<transport> by;
    std::optional<connection_state> state;
    std::optional<peer_state> peer;
    std::optional<std::string> remote; ///< what the remote address, as shown, begins with
    std::optional<uid_t> uid;
    std::optional<std::string> user; ///< whom its request has proved to be
    std::optional<bool> program;     ///< whether a program works for it
    std::chrono::milliseconds older{0};
    std::chrono::milliseconds idle{0};
    std::uint64_t bytes = 0; ///< received and sent together, at least

    bool given = false; ///< anything at all

    bool matches(connection const& c, connection::time_point now) const;
};

/// Takes one parameter: `service`, `transport`, `state`, `peer`, `remote`, `uid`, `user`, `program`, `older`,
/// `idle` or `bytes`. False if it is none of these. The problem names the parameter, and what would be right.
checked<bool> take_filter(connection_filter& into, parameter const& from);

} // namespace polyport::admin
