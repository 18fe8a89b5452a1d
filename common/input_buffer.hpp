// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/buffer_pool.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace polyport {

/// What has come in on a connection and has not been taken yet: a buffer of the pool, or, for what is larger,
/// one of its own. Empty, it holds none.
class input_buffer {
public:
    std::string_view bytes() const noexcept { return {data() + begin_, end_ - begin_}; }
    bool empty() const noexcept { return begin_ == end_; }

    /// Views of bytes() end with it.
    void consume(std::size_t count) noexcept { begin_ += count; }

    /// Takes out as much as fits.
    std::size_t take(std::span<char> into) noexcept
    {
        auto const count = std::min(into.size(), end_ - begin_);
        std::memcpy(into.data(), data() + begin_, count);
        consume(count);
        return count;
    }

    /// Room for at least one more byte behind bytes(), of `wanted` in all as far as possible. Moves bytes().
    std::span<char> room(buffer_pool& pool, std::size_t wanted)
    {
        if (capacity_ == 0) {
            lent_.emplace(pool.borrow());
            capacity_ = lent_->size();
        }
        if (begin_ > 0) {
            std::memmove(data(), data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        if (end_ == capacity_) {
            auto const larger = std::max(std::min(2 * capacity_, wanted), capacity_ + 1);
            auto memory = std::make_unique_for_overwrite<char[]>(larger);
            std::memcpy(memory.get(), data(), end_);
            own_ = std::move(memory);
            lent_.reset();
            capacity_ = larger;
        }
        return {data() + end_, capacity_ - end_};
    }
    void added(std::size_t count) noexcept { end_ += count; }

    /// Gives the buffer back, with what it holds.
    void release() noexcept
    {
        lent_.reset();
        own_.reset();
        capacity_ = begin_ = end_ = 0;
    }

private:
    char* data() const noexcept { return own_ ? own_.get() : lent_ ? lent_->data() : nullptr; }

    std::optional<pooled_buffer> lent_;
    std::unique_ptr<char[]> own_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace polyport
