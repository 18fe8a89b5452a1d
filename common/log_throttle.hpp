// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace polyport {

/// Lets a repeated warning through at most `limit` times an interval, and tells the next one that passes how
/// many were held back. An interval begins with the first event after the one before it has ended.
class log_throttle {
public:
    using clock = std::chrono::steady_clock;

    explicit log_throttle(std::uint32_t limit = 1,
                          clock::duration interval = std::chrono::seconds(10)) noexcept
        : limit_(limit), interval_(interval)
    {
    }

    /// The number of events held back since the last that was let through; nothing when this one is held
    /// back.
    std::optional<std::uint64_t> admit(clock::time_point now) noexcept
    {
        if (!started_ || now - began_ >= interval_) {
            started_ = true;
            began_ = now;
            admitted_ = 0;
        }
        if (admitted_ >= limit_) {
            ++suppressed_;
            return std::nullopt;
        }
        ++admitted_;
        std::uint64_t const held_back = suppressed_;
        suppressed_ = 0;
        return held_back;
    }

private:
    std::uint32_t limit_;
    clock::duration interval_;
    clock::time_point began_{};
    std::uint32_t admitted_ = 0;
    std::uint64_t suppressed_ = 0;
    bool started_ = false;
};

} // namespace polyport
