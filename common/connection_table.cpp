// SPDX-License-Identifier: BSL-1.0
#include "common/connection_table.hpp"

#include "common/connection_events.hpp"
#include "common/connection_log.hpp"
#include "common/log.hpp"
#include "common/service.hpp"
#include "common/timer.hpp"

#include <algorithm>

namespace polyport {
namespace {

// Deadlines are kept to within this: sweeps come no closer together.
constexpr std::chrono::milliseconds sweep_resolution{20};

std::uint64_t microseconds_since(connection_table::time_point start) noexcept
{
    auto const time = std::chrono::duration_cast<std::chrono::microseconds>(coarse_now() - start);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

} // namespace

connection_table::~connection_table()
{
    connections_.clear_and_dispose([](connection* c) { c->outlive_table(); });
}

service_instance const* connection_table::service_of(std::uint64_t id) noexcept
{
    if (id == last_left_)
        return service_of_last_left_;
    auto const* const c = find(id);
    return c ? &c->service : nullptr;
}

connection* connection_table::find(std::uint64_t id) noexcept
{
    auto const found = connections_.find(id);
    return found == connections_.end() ? nullptr : &*found;
}

connection* connection_table::after(std::uint64_t id) noexcept
{
    auto const found = connections_.upper_bound(id);
    return found == connections_.end() ? nullptr : &*found;
}

void connection_table::join(connection& c)
{
    connections_.push_back(c); // ids only grow
    ++c.service.stats.opened;
    if (c.service.definition.control)
        ++control_;
    else if (draining()) // accepted just before
        c.finish(errc::draining);
}

void connection_table::leave(connection& c) noexcept
{
    connections_.erase(connections_.iterator_to(c));
    if (c.service.definition.control)
        --control_;
    last_left_ = c.id;
    service_of_last_left_ = &c.service;
    ++c.service.stats.closed;
    if (c.service.lifetimes)
        c.service.lifetimes->observe(microseconds_since(c.started));
    if (c.announced) {
        log_closed(log_, c);
        publish_closed(events_, c);
    }
    for (auto* const watcher : departure_watchers_)
        watcher->cancel();
}

void connection_table::drain(time_point until)
{
    drain_ends_ = until;
    drain_.request_stop();
    for (auto& c : connections_) {
        if (!c.service.definition.control)
            c.finish(errc::draining);
    }
}

void connection_table::drain_control()
{
    for (auto& c : connections_) {
        if (c.service.definition.control)
            c.finish(errc::draining);
    }
}

void connection_table::end_all(error_code reason, bool control_too)
{
    for (auto& c : connections_) {
        if (control_too || !c.service.definition.control)
            c.end(reason);
    }
}

void connection_table::discard_all() noexcept
{
    sweep_timer_ = nullptr;
    departure_watchers_.clear();
    // Each step destroys one handler, and so takes its connection out of the table; one that waits for
    // something else stays for the io_context to destroy.
    for (auto* c = after(0); c;) {
        auto const id = c->id;
        c->discard_waiters();
        c = after(id);
    }
    for (auto& c : connections_) // the buffers go before the table does
        c.input.release();
}

connection_table::time_point connection_table::sweep(time_point now)
{
    auto next = time_point::max();
    for (auto& c : connections_) {
        if (c.deadline != deadline_kind::none && c.deadline_at <= now)
            c.expire();
        if (c.write_deadline_at <= now)
            c.expire_write();
        // What has begun anew counts too.
        if (c.deadline != deadline_kind::none)
            next = std::min(next, c.deadline_at);
        next = std::min(next, c.write_deadline_at);
    }
    while (!sleepers_.empty() && sleepers_.begin()->first <= now)
        sleepers_.begin()->second->wake({});
    if (!sleepers_.empty())
        next = std::min(next, sleepers_.begin()->first);
    if (next != time_point::max())
        next = std::max(next, now + sweep_resolution);
    next_sweep_ = next;
    return next;
}

void connection_table::deadline_set(time_point at)
{
    if (at >= next_sweep_ || !sweep_timer_ || clock_.simulated())
        return;
    next_sweep_ = std::max(at, clock_.now() + sweep_resolution);
    sweep_timer_->expires_at(next_sweep_);
}

} // namespace polyport
