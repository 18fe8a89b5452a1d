// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace polyport {

/// Token buckets for many sources in memory of a fixed size: 16 bytes each.
///
/// A bucket is the time at which it would be full again, and so one number (the generic cell rate algorithm
/// of ATM: ITU-T I.371). When the table is full, the source that is nearest to a full bucket is forgotten,
/// which loses the least: a spray of sources that come once each does not push out one that comes all the
/// time.
class rate_table {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::size_t default_entries = 16'384; ///< 256 KiB

    /// `entries` is rounded up to a power of two, and at least 8. Without a limit there is no table.
    explicit rate_table(rate limit, std::size_t entries = default_entries);

    /// Takes one token of the source with this hash (64 random-looking bits, which stand for it). Zero if
    /// there was one; else the time until there will be one.
    std::chrono::nanoseconds take(std::uint64_t hash, time_point now) noexcept;

    std::size_t memory() const noexcept { return entries_.size() * sizeof(entry); }

private:
    static constexpr std::size_t ways = 8; // of one place in the table: two cache lines

    struct entry {
        std::uint64_t hash = 0;
        std::int64_t full_at = 0; ///< nanoseconds of the clock
    };

    rate const limit_;
    std::int64_t const tolerance_; ///< how far full_at may lie ahead before one more is taken
    std::vector<entry> entries_;
};

} // namespace polyport
