// SPDX-License-Identifier: BSL-1.0
#include "common/access/rate_table.hpp"

#include <algorithm>
#include <bit>

namespace polyport {

rate_table::rate_table(rate limit, std::size_t entries)
    : limit_(limit), tolerance_((limit.burst - std::int64_t{1}) * limit.interval.count()),
      entries_(limit.limits() ? std::bit_ceil(std::max(entries, ways)) : 0)
{
}

std::chrono::nanoseconds rate_table::take(std::uint64_t hash, time_point now) noexcept
{
    if (!limit_.limits())
        return std::chrono::nanoseconds(0);
    auto const time = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    auto* const first = entries_.data() + (hash & (entries_.size() / ways - 1)) * ways;
    auto* const last = first + ways;
    auto* found = std::find_if(first, last, [hash](entry const& e) { return e.hash == hash; });
    if (found == last) {
        found = std::min_element(first, last,
                                 [](entry const& a, entry const& b) { return a.full_at < b.full_at; });
        *found = {hash, 0};
    }
    auto const from = std::max(found->full_at, time);
    if (from - time > tolerance_)
        return std::chrono::nanoseconds(from - time - tolerance_);
    found->full_at = from + limit_.interval.count();
    return std::chrono::nanoseconds(0);
}

} // namespace polyport
