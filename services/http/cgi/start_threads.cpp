// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/start_threads.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>

#include <pthread.h>

namespace polyport::cgi {
namespace {

/// Signals are for the loop's thread: a thread inherits the mask of the one that makes it.
class all_signals_blocked {
public:
    all_signals_blocked() noexcept
    {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    all_signals_blocked(all_signals_blocked const&) = delete;
    all_signals_blocked& operator=(all_signals_blocked const&) = delete;
    ~all_signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

} // namespace

start_threads::start_threads(boost::asio::io_context& context, readiness& set,
                             launch_settings const& settings, std::size_t count)
    : context_(context), set_(set)
{
    for (std::size_t i = 0; i < count; ++i)
        launchers_.push_back(std::make_unique<launcher>(settings));
    usable_ = std::all_of(launchers_.begin(), launchers_.end(),
                          [](auto const& one) { return one->works_beside_others(); });
}

void start_threads::enqueue(job& which)
{
    ++under_way_;
    if (threads_.empty()) {
        all_signals_blocked const here;
        for (auto const& with : launchers_)
            threads_.emplace_back([this, &with] { work(*with); });
    }
    {
        std::lock_guard const lock(mutex_);
        jobs_.push_back(&which);
    }
    more_.notify_one();
}

void start_threads::work(launcher& with)
{
    for (;;) {
        job* next = nullptr;
        {
            std::unique_lock lock(mutex_);
            more_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
            if (jobs_.empty())
                return;
            next = jobs_.front();
            jobs_.pop_front();
        }
        next->result.emplace(with.start(next->what));
        boost::asio::post(context_, [this, next] {
            --under_way_;
            set_.resume_later(*next->waiting, {});
        });
    }
}

void start_threads::stop() noexcept
{
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    more_.notify_all();
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
}

} // namespace polyport::cgi
