// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/source.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace polyport {

/// How many connections each source has. As large as there are connections, which are limited themselves.
class source_counts {
public:
    /// One connection, for as long as it lives. Empty ones count nothing.
    class place {
    public:
        place() = default;
        place(source_counts& in, source const& of) : in_(&in), of_(of) { ++in.counts_[of]; }
        place(place&& other) noexcept : in_(std::exchange(other.in_, nullptr)), of_(other.of_) {}
        place& operator=(place&& other) noexcept
        {
            std::swap(in_, other.in_);
            std::swap(of_, other.of_);
            return *this;
        }
        ~place()
        {
            if (in_)
                in_->leave(of_);
        }

    private:
        source_counts* in_ = nullptr;
        source of_{ip_number{}};
    };

    std::uint32_t of(source const& which) const noexcept
    {
        auto const found = counts_.find(which);
        return found == counts_.end() ? 0 : found->second;
    }
    std::size_t sources() const noexcept { return counts_.size(); }

private:
    struct hash {
        std::size_t operator()(source const& which) const noexcept { return which.hash(); }
    };

    void leave(source const& which) noexcept
    {
        auto const found = counts_.find(which);
        if (--found->second == 0)
            counts_.erase(found);
    }

    std::unordered_map<source, std::uint32_t, hash> counts_;
};

} // namespace polyport
