// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/readiness.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <map>

namespace polyport {

class sleeper;

/// Who sleeps until when, earliest first.
using sleepers_by_time = std::multimap<std::chrono::steady_clock::time_point, sleeper*>;

/// One coroutine of a connection that waits for a time; lives in its frame.
class sleeper
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    sleeper(readiness& set, sleepers_by_time& all, std::chrono::steady_clock::time_point until)
        : set_(set), all_(all), place_(all.emplace(until, this))
    {
    }
    sleeper(sleeper const&) = delete;
    sleeper& operator=(sleeper const&) = delete;
    ~sleeper() { leave(); }

    /// Completes with what wake() is given. Once. Signature: void(outcome).
    template <boost::asio::completion_token_for<void(outcome)> Token>
    auto async_wait(Token&& token)
    {
        return boost::asio::async_initiate<Token, void(outcome)>(
            [](auto handler, sleeper* self) {
                self->waiting_ = detail::handler_waiter<decltype(handler)>::make(std::move(handler));
            },
            token, this);
    }

    /// Ends the sleep, with no error when its time has come. The coroutine runs in a later turn.
    void wake(error_code reason)
    {
        leave();
        if (auto* const w = std::exchange(waiting_, nullptr))
            set_.resume_later(*w, reason);
    }
    /// Destroys the coroutine, and so this object, without running it (shutdown only).
    void discard() noexcept
    {
        leave();
        if (auto* const w = std::exchange(waiting_, nullptr))
            w->discard();
    }

private:
    void leave() noexcept
    {
        if (place_ != all_.end())
            all_.erase(std::exchange(place_, all_.end()));
        if (is_linked())
            unlink();
    }

    readiness& set_;
    sleepers_by_time& all_;
    sleepers_by_time::iterator place_;
    waiter* waiting_ = nullptr;
};

using sleeper_list = boost::intrusive::list<sleeper, boost::intrusive::constant_time_size<false>>;

} // namespace polyport
