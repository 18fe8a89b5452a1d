// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/readiness.hpp"
#include "services/http/cgi/launcher.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/result.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace polyport::cgi {

using start_result = boost::system::result<process, start_failure>;

/// Threads that start programs: whoever starts one has to wait until the kernel has executed it, and here
/// several are waited for at a time, while the loop goes on. Each thread has a launcher of its own.
///
/// The threads begin with the first start and end with stop(), not before, because a program gets SIGTERM
/// when the thread that has started it ends.
class start_threads {
public:
    /// One start: lives from before async_start() until that has completed.
    struct job {
        launch what;
        std::optional<start_result> result;
        waiter* waiting = nullptr;
    };

    /// Both outlive it. Takes the descriptors of `count` launchers: make it before connections come. Throws
    /// start_error.
    start_threads(boost::asio::io_context& context, readiness& set, launch_settings const& settings,
                  std::size_t count);
    start_threads(start_threads const&) = delete;
    start_threads& operator=(start_threads const&) = delete;
    ~start_threads() { stop(); }

    /// Whether a start is under way.
    bool busy() const noexcept { return under_way_ > 0; }

    /// False where programs have to be started on the loop's thread (see launcher::works_beside_others).
    bool usable() const noexcept { return usable_; }

    /// Completes when the program runs or could not be started; see job::result. Signature: void(outcome),
    /// without an error. Cannot be cancelled: what is started must be taken over.
    template <boost::asio::completion_token_for<void(outcome)> Token>
    auto async_start(job& which, Token&& token)
    {
        return boost::asio::async_initiate<Token, void(outcome)>(
            [](auto handler, start_threads* self, job* one) {
                one->waiting = detail::handler_waiter<decltype(handler)>::make(std::move(handler));
                self->enqueue(*one);
            },
            token, this, &which);
    }

    /// Waits until the starts under way are done; takes no more. No job may be waited for any more.
    void stop() noexcept;

private:
    void enqueue(job& which);
    void work(launcher& with);

    boost::asio::io_context& context_;
    readiness& set_;
    std::vector<std::unique_ptr<launcher>> launchers_;
    std::vector<std::thread> threads_;
    std::size_t under_way_ = 0; ///< of the loop's thread
    bool usable_ = false;
    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<job*> jobs_;
    bool stopping_ = false;
};

} // namespace polyport::cgi
