// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/companion.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <utility>

namespace polyport::cgi {

companion::companion(boost::asio::io_context& context, readiness& set, task<> work)
    : state_(std::make_shared<state>(set))
{
    boost::asio::co_spawn(context, std::move(work), [shared = state_](std::exception_ptr const&) {
        shared->ended = true;
        if (auto* const w = std::exchange(shared->waiting, nullptr))
            shared->set.resume_later(*w, {});
    });
}

void companion::wait_with(waiter& w)
{
    if (state_->ended)
        state_->set.resume_later(w, {});
    else
        state_->waiting = &w;
}

} // namespace polyport::cgi
