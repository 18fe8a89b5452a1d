// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace polyport {

/// Threads for what blocks or takes long. They are there while there is work, and for a moment longer: a
/// process of one thread pays less for each system call. Used by the thread that runs the loop alone.
class worker_pool {
public:
    /// `loop` outlives it.
    worker_pool(boost::asio::io_context& loop, std::size_t threads) : loop_(loop), size_(threads), idle_(loop)
    {
    }
    worker_pool(worker_pool const&) = delete;
    worker_pool& operator=(worker_pool const&) = delete;
    /// Waits for what has begun, however long that takes. What has not is dropped.
    ~worker_pool();

    /// Runs `job` on one of the threads. It must not throw.
    template <class Job>
    void run(Job job)
    {
        begin_job();
        boost::asio::post(*threads_, [this, job = std::move(job), alive = std::weak_ptr(alive_)]() mutable {
            job();
            boost::asio::post(loop_, [this, alive = std::move(alive)] {
                if (!alive.expired())
                    end_job();
            });
        });
    }

    /// How many jobs have not ended.
    std::size_t jobs() const noexcept { return jobs_; }

private:
    void begin_job();
    void end_job();

    boost::asio::io_context& loop_;
    std::size_t const size_;
    boost::asio::steady_timer idle_;
    std::size_t jobs_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::optional<boost::asio::thread_pool> threads_;
};

} // namespace polyport
