// SPDX-License-Identifier: BSL-1.0
#include "common/runtime.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace polyport {
namespace {

// Room for a 16 KiB message many times over, and 64 bytes more than a power of two, so that buffers do not
// all begin at the same cache set.
constexpr std::size_t buffer_size = 64 * 1024 + 64;
constexpr std::size_t buffers_kept = 64;
constexpr std::size_t blocking_threads = 2;

void log_failure(logger& log, std::uint64_t id, std::string_view service, std::exception_ptr const& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& error) {
        log.error("handler-failed", {{"service", service}, {"exception", error.what()}}, id);
    } catch (...) {
        log.error("handler-failed", {{"service", service}, {"exception", "of an unknown type"}}, id);
    }
}

} // namespace

runtime::runtime(server_settings const& settings, logger& log, rlim_t initial_descriptors)
    : settings_(settings), log_(log), initial_descriptors_(initial_descriptors),
      connections_(log, settings.max_connections), flows_(settings.flows_max, settings.flow_idle_timeout),
      buffers_(buffer_size, buffers_kept)
{
    sockets_.emplace(context_);
    sweep_timer_.emplace(context_);
    connections_.sweep_with(&*sweep_timer_);
    sweep_timer_->expires_at(connection_table::time_point::max());
    sweep_deadlines();
}

runtime::~runtime()
{
    if (blocking_work_) { // what has not begun is not worth waiting for
        blocking_work_->stop();
        blocking_work_->join();
    }
    connections_.discard_all();
    sweep_timer_.reset();
    sockets_.reset();
}

// One timer for all: it ends early (operation_aborted) when a deadline is set that comes before it.
void runtime::sweep_deadlines()
{
    sweep_timer_->async_wait([this](error_code error) {
        if (!sweep_timer_)
            return;
        if (!error)
            sweep_timer_->expires_at(connections_.sweep(coarse_now()));
        sweep_deadlines();
    });
}

boost::asio::thread_pool& runtime::blocking_work()
{
    if (!blocking_work_)
        blocking_work_.emplace(blocking_threads);
    return *blocking_work_;
}

void runtime::spawn(service_instance& service, std::unique_ptr<connection> c)
{
    auto const id = c->id;
    boost::asio::co_spawn(context_, service.serve(stream(*this, std::move(c))),
                          [this, id, &service](std::exception_ptr const& failure) {
                              if (failure)
                                  log_failure(log_, id, service.name(), failure);
                          });
}

} // namespace polyport
