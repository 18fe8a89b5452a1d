// SPDX-License-Identifier: BSL-1.0
#include "common/runtime.hpp"

#include "common/connection_events.hpp"
#include "common/connection_log.hpp"
#include "common/exception_text.hpp"
#include "common/name_lookup/name_lookup.hpp"
#include "common/timer.hpp"
#include "common/worker_pool.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

namespace polyport {
namespace {

constexpr std::size_t buffer_size = 64 * 1024; // room for a 16 KiB message many times over
constexpr std::size_t buffers_kept = 64;
constexpr std::size_t background_threads = 2;

void log_failure(logger& log, std::uint64_t id, std::string_view service, std::exception_ptr const& failure)
{
    log.error("handler-failed", {{"service", service}, {"exception", text_of(failure)}}, id);
}

task<> serve_when_named(service_instance& service, stream client)
{
    auto& owner = client.owner();
    auto const& remote = client.info().remote;
    auto const name = co_await owner.names().find(*ip_number_of(remote), client.cancellation_slot());
    if (!owner.admission().of(service).may_stay(remote, name))
        co_return;
    owner.announce(client.info());
    co_await client.take_turn(); // what Asio has resumed is not timed
    owner.sockets().works_for(client.info().id);
    co_await service.serve(std::move(client));
}

} // namespace

runtime::runtime(server_settings const& settings, logger& log, rlim_t initial_descriptors)
    : settings_(settings), log_(log), initial_descriptors_(initial_descriptors),
      gates_(settings.access, log, events_), connections_(log, events_, clock_, settings.max_connections),
      flows_(settings.flows_max, settings.flow_idle_timeout), buffers_(buffer_size, buffers_kept)
{
    sockets_.emplace(context_, clock_);
    sockets_->report_held(
        [this](std::uint64_t at_work, std::chrono::milliseconds time) { log_held(at_work, time); });
    names_ = std::make_unique<name_lookup>(context_, settings.dns, clock_);
    background_ = std::make_unique<worker_pool>(context_, background_threads);
    sweep_timer_ = std::make_unique<timer>(context_);
    connections_.sweep_with(sweep_timer_.get());
    sweep_timer_->expires_at(connection_table::time_point::max());
    sweep_deadlines();
}

runtime::~runtime()
{
    background_.reset();
    connections_.discard_all();
    sweep_timer_.reset();
    names_.reset();
    sockets_.reset();
}

// One timer for all: it ends early (operation_aborted) when a deadline is set that comes before it.
void runtime::sweep_deadlines()
{
    sweep_timer_->async_wait([this](error_code error) {
        if (!sweep_timer_)
            return;
        if (!error)
            sweep_timer_->expires_at(connections_.sweep(clock_.now()));
        sweep_deadlines();
    });
}

void runtime::announce(connection& c)
{
    c.announced = true;
    log_opened(log_, c);
    publish_opened(events_, c);
}

void runtime::spawn(connection_ptr c, task<> handler)
{
    sockets_->works_for(c->id);
    boost::asio::co_spawn(context_, std::move(handler),
                          [this, c = std::move(c)](std::exception_ptr const& failure) {
                              if (failure)
                                  fail(*c, failure);
                          });
    sockets_->piece_done(); // who accepts many at once is not blamed for all of them
}

void runtime::spawn(service_instance& service, connection_ptr c)
{
    stream client(*this, c);
    spawn(std::move(c), service.serve(std::move(client)));
}

void runtime::spawn_when_named(service_instance& service, connection_ptr c)
{
    stream client(*this, c);
    spawn(std::move(c), serve_when_named(service, std::move(client)));
}

void runtime::start(connection_ptr c, task<> companion)
{
    ++c->companions;
    boost::asio::co_spawn(context_, std::move(companion),
                          [this, c = std::move(c)](std::exception_ptr const& failure) {
                              --c->companions;
                              if (failure)
                                  fail(*c, failure);
                          });
}

void runtime::fail(connection& c, std::exception_ptr const& failure)
{
    log_failure(log_, c.id, c.service.name(), failure);
    c.end(errc::handler_failed);
}

void runtime::log_held(std::uint64_t at_work, std::chrono::milliseconds time)
{
    constexpr std::string_view remedy = "what computes or blocks for long belongs into run_blocking()";
    auto const number = at_work & ~loop_progress::is_flow;
    if ((at_work & loop_progress::is_flow) != 0) {
        auto const& flows = flows_.all(clock_.now()); // the last one that was heard of comes first
        auto const known = std::ranges::find(flows, number, &flow::id);
        if (known != flows.end())
            log_.warning("loop-held", {{"service", known->service->name()},
                                       {"flow", number},
                                       {"remote", known->remote.raw()},
                                       {"milliseconds", time.count()},
                                       {"remedy", remedy}});
        return;
    }
    auto const* const service = connections_.service_of(number);
    if (service)
        log_.warning("loop-held",
                     {{"service", service->name()}, {"milliseconds", time.count()}, {"remedy", remedy}},
                     number);
    else
        log_.warning("loop-held", {{"milliseconds", time.count()}, {"remedy", remedy}}, number);
}

} // namespace polyport
