// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace polyport {

class buffer_pool;

namespace detail {

// The kernel copies into and out of a buffer that begins at a cache line's (and page's) beginning in a tenth
// less time at 16 KiB.
constexpr std::align_val_t buffer_alignment{4096};

struct free_buffer {
    void operator()(char* bytes) const noexcept { ::operator delete[](bytes, buffer_alignment); }
};

} // namespace detail

/// One buffer of a pool; goes back to it when it goes.
class pooled_buffer {
public:
    using memory = std::unique_ptr<char[], detail::free_buffer>;

    pooled_buffer(buffer_pool& pool, memory bytes) noexcept : pool_(&pool), bytes_(std::move(bytes)) {}
    pooled_buffer(pooled_buffer&&) noexcept = default;
    pooled_buffer& operator=(pooled_buffer&& other) noexcept;
    ~pooled_buffer() { give_back(); }

    char* data() const noexcept { return bytes_.get(); }
    std::size_t size() const noexcept;
    std::span<char> bytes() const noexcept { return {data(), size()}; }

private:
    void give_back() noexcept;

    buffer_pool* pool_;
    memory bytes_;
};

/// Buffers of one size. The one given back last is lent first, while it is in the processor's cache: with
/// handlers that borrow for one message at a time, a busy daemon works in very few of them.
/// As many are lent as are asked for (the limit on connections bounds it); at most `kept` idle ones stay.
class buffer_pool {
public:
    buffer_pool(std::size_t buffer_size, std::size_t kept) : buffer_size_(buffer_size), kept_(kept)
    {
        idle_.reserve(kept);
    }
    buffer_pool(buffer_pool const&) = delete;
    buffer_pool& operator=(buffer_pool const&) = delete;

    std::size_t buffer_size() const noexcept { return buffer_size_; }

    pooled_buffer borrow()
    {
        if (idle_.empty())
            return {*this, pooled_buffer::memory(
                               static_cast<char*>(::operator new[](buffer_size_, detail::buffer_alignment)))};
        auto bytes = std::move(idle_.back());
        idle_.pop_back();
        return {*this, std::move(bytes)};
    }

private:
    friend class pooled_buffer;

    std::size_t const buffer_size_;
    std::size_t const kept_;
    std::vector<pooled_buffer::memory> idle_;
};

inline std::size_t pooled_buffer::size() const noexcept
{
    return pool_->buffer_size();
}

inline pooled_buffer& pooled_buffer::operator=(pooled_buffer&& other) noexcept
{
    give_back();
    pool_ = other.pool_;
    bytes_ = std::move(other.bytes_);
    return *this;
}

inline void pooled_buffer::give_back() noexcept
{
    if (bytes_ && pool_->idle_.size() < pool_->kept_)
        pool_->idle_.push_back(std::move(bytes_));
}

} // namespace polyport
