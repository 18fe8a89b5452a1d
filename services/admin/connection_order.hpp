// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"
#include "common/error.hpp"
#include "common/flow_table.hpp"
#include "services/admin/query.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace polyport::admin {

/// Rows of a list, where nothing is said, and at the most.
inline constexpr std::uint32_t usual_limit = 10'000;
inline constexpr std::uint32_t max_limit = 1'000'000;

struct ordered_connection {
    double key;
    std::uint64_t id;
};

/// What a list of connections, or of flows, is sorted by.
struct connection_order {
    enum class by : std::uint8_t { id, age, idle, received, sent, bytes, rtt, retransmits };

    by key = by::id;
    bool descending = false;

    bool is_by_coming() const noexcept { return key == by::id && !descending; }
    /// The key costs a system call.
    bool asks_kernel() const noexcept { return key == by::rtt || key == by::retransmits; }
    double key_of(connection const& c, connection::time_point now) const;
    /// Not for the keys that ask the kernel.
    double key_of(flow const& f, flow_table::time_point now) const;
    /// Keeps the first `limit`, in their order; equal ones in that of their coming.
    void sort(std::vector<ordered_connection>& all, std::size_t limit) const;
};

/// `id`, `age` …; with a minus, the largest first.
checked<connection_order> parse_order(std::string_view text);

/// How a connection is ended.
enum class end_mode : std::uint8_t {
    close,  ///< now; what was written still goes out
    finish, ///< after the request in work
    reset,  ///< now; what was written may be lost
};

/// Takes `how=close`, `finish` or `reset`. False if it is another parameter.
checked<bool> take_end_mode(end_mode& into, parameter const& from);

} // namespace polyport::admin
