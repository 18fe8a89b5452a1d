// SPDX-License-Identifier: BSL-1.0
#include "common/blocking.hpp"

#include "common/runtime.hpp"
#include "common/worker_pool.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace polyport::detail {

task<> run_on_pool(worker_pool& pool, boost::asio::io_context& loop, std::shared_ptr<blocking_job> job)
{
    auto initiation = [&pool, &loop, &job](auto handler) {
        pool.run([&context = loop, job, resume = std::move(handler)]() mutable {
            job->run();
            job.reset(); // what it holds goes on this thread, or with who waits
            boost::asio::post(context, std::move(resume));
        });
    };
    auto waiting = boost::asio::async_initiate<boost::asio::use_awaitable_t<> const, void()>(
        std::move(initiation), boost::asio::use_awaitable);
    co_await std::move(waiting);
}

task<> run_on_pool(runtime& owner, std::shared_ptr<blocking_job> job)
{
    return run_on_pool(owner.background(), owner.context(), std::move(job));
}

} // namespace polyport::detail
