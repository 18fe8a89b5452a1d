// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/task.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace polyport {

class runtime;
class worker_pool;

namespace detail {

/// Work for a thread of the pool, with what it came to.
class blocking_job {
public:
    virtual ~blocking_job() = default;
    virtual void run() noexcept = 0;
};

template <class Work>
class blocking_job_of final : public blocking_job {
public:
    explicit blocking_job_of(Work work) : work_(std::move(work)) {}

    void run() noexcept override
    {
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<Work&>>)
                work_();
            else
                value_.emplace(work_());
        } catch (...) {
            failure_ = std::current_exception();
        }
    }
    auto take()
    {
        if (failure_)
            std::rethrow_exception(failure_);
        if constexpr (!std::is_void_v<std::invoke_result_t<Work&>>)
            return std::move(*value_);
    }

private:
    using value = std::invoke_result_t<Work&>;
    Work work_;
    std::optional<std::conditional_t<std::is_void_v<value>, bool, value>> value_;
    std::exception_ptr failure_;
};

task<> run_on_pool(runtime& owner, worker_pool& pool, std::shared_ptr<blocking_job> job);
worker_pool& shared_pool(runtime& owner) noexcept;

} // namespace detail

/// Runs `work` on a thread of the pool and returns what it returns, or throws what it throws. It must own
/// what it uses: the coroutine that waits may be destroyed first. Give the lambda a name before the co_await.
template <class Work>
task<std::invoke_result_t<Work&>> run_on(worker_pool& pool, runtime& owner, Work work)
{
    auto const job = std::make_shared<detail::blocking_job_of<Work>>(std::move(work));
    co_await detail::run_on_pool(owner, pool, job);
    co_return job->take();
}

/// The same on the pool that all share. It has two threads: work that does not return keeps one of them, and
/// the daemon leaves it behind when it ends, with status 1.
template <class Work>
task<std::invoke_result_t<Work&>> run_blocking(runtime& owner, Work work)
{
    auto const job = std::make_shared<detail::blocking_job_of<Work>>(std::move(work));
    co_await detail::run_on_pool(owner, detail::shared_pool(owner), job);
    co_return job->take();
}

} // namespace polyport
