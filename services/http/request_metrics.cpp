// SPDX-License-Identifier: BSL-1.0
#include "services/http/request_metrics.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace polyport::http {
namespace {

std::uint64_t microseconds(std::chrono::nanoseconds time) noexcept
{
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)) / 1000;
}

} // namespace

request_metrics::request_metrics(metrics_registry& to, std::string_view service)
{
    for (std::size_t i = 0; i < classes; ++i) {
        metric_labels const labels{{"service", std::string(service)},
                                   {"status", std::to_string(i + 1) + "xx"}};
        durations_[i] = &to.add_histogram("polyport_http_request_duration_seconds",
                                          "From the first byte of a request to the last of its response",
                                          latency_buckets, labels);
        first_bytes_[i] = &to.add_histogram("polyport_http_time_to_first_byte_seconds",
                                            "From the first byte of a request to the first of its response",
                                            latency_buckets, labels);
    }
}

void request_metrics::observe(status code, std::chrono::nanoseconds to_first_byte,
                              std::chrono::nanoseconds whole) noexcept
{
    auto const i = std::clamp<std::size_t>(number(code) / 100U, 1, classes) - 1;
    durations_[i]->observe(microseconds(whole));
    first_bytes_[i]->observe(microseconds(to_first_byte));
}

} // namespace polyport::http
