// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/flow_table.hpp"
#include "services/admin/connection_order.hpp"
#include "services/admin/query.hpp"
#include "services/admin/remote_match.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace polyport::admin {

/// Which flows are asked for, and in what order.
struct flow_request {
    std::optional<std::string> service;
    std::optional<transport> by;
    std::optional<remote_match> remote;
    std::chrono::milliseconds older{0};
    std::chrono::milliseconds idle{0};
    std::uint64_t bytes = 0;               ///< received and sent together, at least
    std::optional<connection_order> order; ///< none: the most recently used first
    std::uint32_t limit = usual_limit;

    bool matches(flow const& f, flow_table::time_point now) const;
};

/// Reads all parameters of GET /flows. The problem names one of them, and what would be right.
checked<flow_request> parse_flow_request(std::vector<parameter> const& parameters);

} // namespace polyport::admin
