// SPDX-License-Identifier: BSL-1.0
#include "common/runtime.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace polyport {
namespace {

constexpr std::size_t buffer_size = 64 * 1024; // room for a 16 KiB message many times over
constexpr std::size_t buffers_kept = 64;
constexpr std::size_t background_threads = 2;
constexpr std::chrono::seconds background_kept_for{1};

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
      connections_(log, events_, settings.max_connections),
      flows_(settings.flows_max, settings.flow_idle_timeout), buffers_(buffer_size, buffers_kept)
{
    sockets_.emplace(context_);
    sweep_timer_.emplace(context_);
    connections_.sweep_with(&*sweep_timer_);
    sweep_timer_->expires_at(connection_table::time_point::max());
    sweep_deadlines();
}

runtime::~runtime()
{
    if (background_) { // what has not begun is not worth waiting for
        background_->stop();
        background_->join();
    }
    background_idle_.reset();
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

boost::asio::thread_pool& runtime::background()
{
    if (!background_)
        background_.emplace(background_threads);
    return *background_;
}

void runtime::background_job_done()
{
    if (--background_jobs_ > 0)
        return;
    if (!background_idle_)
        background_idle_.emplace(context_);
    background_idle_->expires_after(background_kept_for);
    background_idle_->async_wait([this](error_code error) {
        if (!error && background_jobs_ == 0)
            background_.reset(); // its threads have nothing to do, so joining them takes no time
    });
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
