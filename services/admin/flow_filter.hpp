// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/flow_table.hpp"
#include "services/admin/connection_order.hpp"
#include "services/admin/peer_filter.hpp"
#include "services/admin/query.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace polyport::admin {

/// Which flows are asked for, and in what order.
struct flow_request {
    peer_filter filter;
    std::optional<connection_order> order; ///< none: the most recently used first
    std::uint32_t limit = usual_limit;

    bool matches(flow const& f, flow_table::time_point now) const;
};

/// Reads all parameters of GET /flows. The problem names one of them, and what would be right.
checked<flow_request> parse_flow_request(std::vector<parameter> const& parameters);

} // namespace polyport::admin
