// SPDX-License-Identifier: BSL-1.0
#include "common/worker_pool.hpp"

#include "common/error.hpp"

#include <chrono>

namespace polyport {
namespace {

constexpr std::chrono::seconds kept_for{1};

} // namespace

worker_pool::~worker_pool()
{
    if (threads_) { // what has not begun is not worth waiting for
        threads_->stop();
        threads_->join();
    }
}

void worker_pool::begin_job()
{
    if (!threads_)
        threads_.emplace(size_);
    ++jobs_;
}

void worker_pool::end_job()
{
    if (--jobs_ > 0)
        return;
    idle_.expires_after(kept_for);
    idle_.async_wait([this, alive = std::weak_ptr(alive_)](error_code error) {
        if (!error && !alive.expired() && jobs_ == 0)
            threads_.reset(); // they have nothing to do, so joining them takes no time
    });
}

} // namespace polyport
