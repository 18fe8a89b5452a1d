// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

namespace polyport {

/// For each key the smallest of the numbers whose ranges have it. The ranges may overlap as they like; they
/// are cut into disjoint ones once, so that a look-up is one binary search.
template <class Key>
class range_map {
public:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    struct range {
        Key first;
        Key last; ///< included
        std::uint32_t number;
    };

    range_map() = default;

    /// `after` gives the key behind one; it is not called for the largest that there is, `end_of_keys`.
    template <class After>
    range_map(std::vector<range> ranges, After after, Key end_of_keys)
    {
        struct event {
            Key at;
            bool begins;
            std::uint32_t number;
        };
        std::vector<event> events;
        events.reserve(ranges.size() * 2);
        for (auto const& r : ranges) {
            events.push_back({r.first, true, r.number});
            if (r.last != end_of_keys)
                events.push_back({after(r.last), false, r.number});
        }
        std::sort(events.begin(), events.end(), [](event const& a, event const& b) { return a.at < b.at; });
        std::multiset<std::uint32_t> open;
        for (std::size_t i = 0; i < events.size();) {
            Key const at = events[i].at;
            for (; i < events.size() && events[i].at == at; ++i) {
                if (events[i].begins)
                    open.insert(events[i].number);
                else
                    open.erase(open.find(events[i].number));
            }
            auto const number = open.empty() ? none : *open.begin();
            if (numbers_.empty() ? number != none : numbers_.back() != number) {
                starts_.push_back(at);
                numbers_.push_back(number);
            }
        }
    }

    /// `none` if there is no such range.
    std::uint32_t find(Key const& key) const noexcept
    {
        // The same steps whatever the key: the processor need not guess which way the comparison goes.
        Key const* base = starts_.data();
        std::size_t size = starts_.size();
        if (size == 0 || key < base[0])
            return none;
        while (size > 1) {
            std::size_t const half = size / 2;
            base += base[half] <= key ? half : 0;
            size -= half;
        }
        return numbers_[static_cast<std::size_t>(base - starts_.data())];
    }

    bool empty() const noexcept { return starts_.empty(); }

private:
    std::vector<Key> starts_;
    std::vector<std::uint32_t> numbers_;
};

} // namespace polyport
