// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"
#include "common/error.hpp"
#include "services/admin/peer_filter.hpp"
#include "services/admin/query.hpp"

#include <optional>
#include <string>

#include <sys/types.h>

namespace polyport::admin {

/// Which connections are meant: those for which everything that is given holds.
struct connection_filter {
    peer_filter common;
    std::optional<connection_state> state;
    std::optional<peer_state> peer;
    std::optional<uid_t> uid;
    std::optional<std::string> user; ///< whom its request has proved to be
    std::optional<bool> program;     ///< whether a program works for it
    std::optional<bool> control;     ///< whether it is one of a control service
    std::string text; ///< in lower case; appears somewhere in what a table shows of it; empty: anything

    bool given = false; ///< anything at all

    bool matches(connection const& c, connection::time_point now) const;
    /// A match takes ten times as long as otherwise: texts are made to be looked through.
    bool looks_through_texts() const noexcept { return !text.empty(); }
};

/// Takes one parameter: `service`, `transport`, `state`, `peer`, `remote`, `uid`, `user`, `program`,
/// `control`, `text`, `older`, `idle` or `bytes`. False if it is none of these. The problem names the
/// parameter, and what would be right.
checked<bool> take_filter(connection_filter& into, parameter const& from);

} // namespace polyport::admin
