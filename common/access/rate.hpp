// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyport {

/// So many in a time, and so many at once.
struct rate {
    std::chrono::nanoseconds interval{0}; ///< between two, on average; 0: no limit
    std::uint32_t burst = 1;              ///< that may come at once, after a quiet time

    bool limits() const noexcept { return interval.count() > 0; }
    friend bool operator==(rate const&, rate const&) = default;
};

/// `10/s`, `600/m`, `100/h`, with `:BURST` behind it if more than one second's worth may come at once; `0`
/// for no limit.
checked<rate> parse_rate(std::string_view text);

} // namespace polyport
