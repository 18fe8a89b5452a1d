// SPDX-License-Identifier: BSL-1.0
#include "common/clock.hpp"

#include <ctime>

namespace polyport {

std::chrono::steady_clock::time_point coarse_now() noexcept
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return std::chrono::steady_clock::time_point(std::chrono::seconds(now.tv_sec) +
                                                 std::chrono::nanoseconds(now.tv_nsec));
}

} // namespace polyport
