// SPDX-License-Identifier: BSL-1.0
#include "common/blocking.hpp"

#include "common/runtime.hpp"
#include "common/worker_pool.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace polyport::detail {

task<> run_on_pool(runtime& owner, worker_pool& pool, std::shared_ptr<blocking_job> job)
{
    auto initiation = [&owner, &pool, &job](auto handler) {
        auto& loop = owner.sockets();
        auto const at_work = loop.progress().at_work.load(std::memory_order_relaxed);
        pool.run([&context = owner.context(), &loop, at_work, job, resume = std::move(handler)]() mutable {
            job->run();
            job.reset(); // what it holds goes on this thread, or with who waits
            boost::asio::post(context, [&loop, at_work, resume = std::move(resume)]() mutable {
                readiness::timed const turn(loop, at_work);
                std::move(resume)();
            });
        });
    };
    auto waiting = boost::asio::async_initiate<boost::asio::use_awaitable_t<> const, void()>(
        std::move(initiation), boost::asio::use_awaitable);
    co_await std::move(waiting);
}

worker_pool& shared_pool(runtime& owner) noexcept
{
    return owner.background();
}

} // namespace polyport::detail
