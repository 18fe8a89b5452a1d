// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/readiness.hpp"
#include "common/task.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace polyport::cgi {

/// A coroutine that runs beside its owner's, which waits for its end before it goes on. Lighter than Asio's
/// operators for awaitables, and without their temporaries, which GCC 12 gets wrong when it optimises.
class companion {
public:
    /// Starts it. All that `work` refers to lives until the wait for its end has completed.
    companion(boost::asio::io_context& context, readiness& set, task<> work);
    companion(companion const&) = delete;
    companion& operator=(companion const&) = delete;

    bool ended() const noexcept { return state_->ended; }
    /// Completes when it has ended. Once. Signature: void(outcome).
    template <boost::asio::completion_token_for<void(outcome)> Token>
    auto async_join(Token&& token)
    {
        return boost::asio::async_initiate<Token, void(outcome)>(
            [](auto handler, companion* self) {
                self->wait_with(*detail::handler_waiter<decltype(handler)>::make(std::move(handler)));
            },
            token, this);
    }

private:
    struct state {
        readiness& set;
        waiter* waiting = nullptr;
        bool ended = false;
    };

    void wait_with(waiter& w);

    std::shared_ptr<state> state_;
};

} // namespace polyport::cgi
