// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/const_bytes.hpp"
#include "common/readiness.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace polyport {

/// What was posted to a connection and could not be sent at once. A task of the connection sends it; see
/// stream::post().
class send_queue {
public:
    static constexpr std::size_t default_limit = std::size_t{1} * 1024 * 1024;

    std::size_t limit = default_limit; ///< bytes
    bool sending = false;              ///< the task runs

    bool empty() const noexcept { return begin_ == bytes_.size(); }
    const_bytes front() const noexcept { return std::string_view(bytes_).substr(begin_); }

    /// False if it would be more than the limit.
    bool add(const_bytes more)
    {
        if (bytes_.size() - begin_ + more.size() > limit)
            return false;
        if (begin_ >= bytes_.size() / 2) // what is moved was paid for by what was sent
            bytes_.erase(0, std::exchange(begin_, 0));
        bytes_.append(more.text());
        return true;
    }
    void sent(std::size_t count) noexcept
    {
        begin_ += count;
        if (empty()) // a burst is over: its memory goes
            begin_ = 0, bytes_ = {};
    }

    /// Completes when the task has ended. One at a time. Signature: void(outcome).
    template <boost::asio::completion_token_for<void(outcome)> Token>
    auto async_wait(Token&& token)
    {
        return boost::asio::async_initiate<Token, void(outcome)>(
            [](auto handler, send_queue* self) {
                self->waiting_ = detail::handler_waiter<decltype(handler)>::make(std::move(handler));
            },
            token, this);
    }
    bool is_waited_for() const noexcept { return waiting_ != nullptr; }
    /// The task has ended.
    void done(readiness& set, error_code why)
    {
        sending = false;
        if (auto* const w = std::exchange(waiting_, nullptr))
            set.resume_later(*w, why);
    }
    /// Destroys who waits without running it (shutdown only).
    void discard() noexcept
    {
        if (auto* const w = std::exchange(waiting_, nullptr))
            w->discard();
    }

private:
    std::string bytes_;
    std::size_t begin_ = 0;
    waiter* waiting_ = nullptr;
};

} // namespace polyport
