// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/metrics.hpp"
#include "services/http/status.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace polyport::http {

/// What is counted of every response of one service, by the class of its status ("2xx").
class request_metrics {
public:
    /// `to` outlives it.
    request_metrics(metrics_registry& to, std::string_view service);

    /// Times since the first byte of the request.
    void observe(status code, std::chrono::nanoseconds to_first_byte,
                 std::chrono::nanoseconds whole) noexcept;

private:
    static constexpr std::size_t classes = 5; // 1xx to 5xx

    std::array<histogram*, classes> durations_{};
    std::array<histogram*, classes> first_bytes_{};
};

} // namespace polyport::http
