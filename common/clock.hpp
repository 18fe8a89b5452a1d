// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace polyport {

/// Coarse monotonic time (some milliseconds of resolution, a few nanoseconds of cost), on the scale of
/// std::chrono::steady_clock.
std::chrono::steady_clock::time_point coarse_now() noexcept;

/// The time that deadlines and sleeps of connections go by: the monotonic clock, or, in tests, one that
/// stands still until it is told to go on.
class clock {
public:
    using time_point = std::chrono::steady_clock::time_point;

    time_point now() const noexcept { return simulated_ ? simulated_now_ : coarse_now(); }

    void simulate() noexcept
    {
        simulated_now_ = coarse_now();
        simulated_ = true;
    }
    bool simulated() const noexcept { return simulated_; }
    /// Simulated clocks alone.
    void set(time_point now) noexcept { simulated_now_ = now; }

private:
    bool simulated_ = false;
    time_point simulated_now_{};
};

} // namespace polyport
