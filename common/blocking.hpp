// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/runtime.hpp"
#include "common/task.hpp"
#include "common/worker_pool.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace polyport {

/// Runs `work` on a thread of the pool and returns what it returns. It must not throw, and must own what it
/// uses: the coroutine that waits may be destroyed first. Give the lambda a name before the co_await.
template <class Work>
task<std::invoke_result_t<Work&>> run_on(worker_pool& pool, boost::asio::io_context& loop, Work work)
{
    using value = std::invoke_result_t<Work&>;
    auto const outcome = std::make_shared<std::optional<value>>();
    auto initiation = [&pool, &loop, outcome, &work](auto handler) {
        pool.run([&context = loop, outcome, job = std::move(work), resume = std::move(handler)]() mutable {
            outcome->emplace(job());
            boost::asio::post(context, std::move(resume));
        });
    };
    auto waiting = boost::asio::async_initiate<boost::asio::use_awaitable_t<> const, void()>(
        std::move(initiation), boost::asio::use_awaitable);
    co_await std::move(waiting);
    co_return std::move(**outcome);
}

/// The same on the pool that all share.
template <class Work>
task<std::invoke_result_t<Work&>> run_blocking(runtime& owner, Work work)
{
    return run_on(owner.background(), owner.context(), std::move(work));
}

} // namespace polyport
