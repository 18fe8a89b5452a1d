// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"

#include <boost/intrusive/set.hpp>

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

namespace polyport {

class event_hub;
class logger;
class timer;

/// Every connection of the daemon, with the limit on their number and the one sweep for their deadlines.
///
/// Memory: outlives the io_context, whose destruction may still destroy handlers, and so connections. The
/// timers that it is given belong to others and are taken out by them.
class connection_table {
public:
    struct by_id {
        using type = std::uint64_t;
        type operator()(connection const& c) const noexcept { return c.id; }
    };
    /// In the order of their coming.
    using set = boost::intrusive::set<connection, boost::intrusive::key_of_value<by_id>>;
    using time_point = connection::time_point;

    /// Connections of control services at a time.
    static constexpr std::size_t control_limit = 64;

    /// `log`, `events` and `time` outlive it. `events` is told of those that leave.
    connection_table(logger& log, event_hub& events, clock const& time, std::size_t limit)
        : log_(log), events_(events), clock_(time), limit_(limit)
    {
    }
    ~connection_table();
    connection_table(connection_table const&) = delete;
    connection_table& operator=(connection_table const&) = delete;

    set const& all() const noexcept { return connections_; }
    std::size_t size() const noexcept { return connections_.size(); }
    std::size_t limit() const noexcept { return limit_; }
    /// For one more that counts: those of control services have a limit of their own, so that an operator
    /// gets in when the others have taken all places.
    bool has_room() const noexcept { return connections_.size() - control_ < limit_; }
    bool has_room_for_control() const noexcept { return control_ < control_limit; }
    /// Connections of control services.
    std::size_t control() const noexcept { return control_; }
    std::uint64_t accepted() const noexcept { return last_id_; }

    /// Null if there is none (any more).
    connection* find(std::uint64_t id) noexcept;
    /// The first that came after `id`, for walks that let others have their turn; null at the end.
    connection* after(std::uint64_t id) noexcept;

    /// The service of a connection that is here, or was the last to leave; null for others.
    service_instance const* service_of(std::uint64_t id) noexcept;

    /// From now on a connection that is idle, or becomes so, ends with errc::draining; those of control
    /// services stay, so that the drain can be watched. `until`: when the others will be ended, for the
    /// table.
    void drain(time_point until = time_point::max());
    /// The same for those of control services.
    void drain_control();
    bool draining() const noexcept { return drain_.stop_requested(); }
    /// max: nobody says.
    time_point drain_ends() const noexcept { return drain_ends_; }
    /// Asked to stop when draining begins. For work on other threads too.
    std::stop_token drain_token() const noexcept { return drain_.get_token(); }
    /// Ends every connection, but those of control services if they are to stay.
    void end_all(error_code reason, bool control_too = true);
    /// Destroys every handler that waits on its stream, without running it: the last resort at shutdown.
    void discard_all() noexcept;

    /// Ends those whose deadline has passed, and wakes those whose sleep is over. Returns when to look again:
    /// the earliest time that is left, or time_point::max().
    time_point sweep(time_point now);

    sleepers_by_time& sleepers() noexcept { return sleepers_; }
    /// sweep() has something to do at that time.
    void deadline_set(time_point at);

    /// `watcher` is cancelled whenever a connection leaves; it may be cancelled for nothing.
    void watch_departures(timer& watcher) { departure_watchers_.push_back(&watcher); }
    void unwatch_departures(timer& watcher) { std::erase(departure_watchers_, &watcher); }

    /// The timer that runs sweep(); it is moved forward when a deadline is set that comes earlier.
    void sweep_with(timer* sweeps) noexcept { sweep_timer_ = sweeps; }

private:
    friend class connection;

    std::uint64_t next_id() noexcept { return ++last_id_; }
    void join(connection& c);
    void leave(connection& c) noexcept;

    logger& log_;
    event_hub& events_;
    clock const& clock_;
    set connections_;
    std::size_t control_ = 0;
    std::uint64_t last_id_ = 0;
    std::uint64_t last_left_ = 0;
    service_instance const* service_of_last_left_ = nullptr;
    std::size_t const limit_;
    std::stop_source drain_;
    time_point drain_ends_ = time_point::max();
    sleepers_by_time sleepers_;
    std::vector<timer*> departure_watchers_;
    timer* sweep_timer_ = nullptr;
    time_point next_sweep_ = time_point::max();
};

} // namespace polyport
