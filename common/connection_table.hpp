// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace polyport {

class logger;

/// Every connection of the daemon, with the limit on their number and the one sweep for their deadlines.
///
/// Memory: outlives the io_context, whose destruction may still destroy handlers, and so connections. The
/// timers that it is given belong to others and are taken out by them.
class connection_table {
public:
    using list = boost::intrusive::list<connection>;
    using time_point = connection::time_point;

    connection_table(logger& log, std::size_t limit) : log_(log), limit_(limit) {}
    connection_table(connection_table const&) = delete;
    connection_table& operator=(connection_table const&) = delete;

    list const& all() const noexcept { return connections_; }
    std::size_t size() const noexcept { return connections_.size(); }
    std::size_t limit() const noexcept { return limit_; }
    bool has_room() const noexcept { return connections_.size() < limit_; }
    std::uint64_t accepted() const noexcept { return last_id_; }

    /// Null if there is none (any more).
    connection* find(std::uint64_t id) noexcept;

    /// From now on a connection that is idle, or becomes so, ends with errc::draining.
    void drain();
    bool draining() const noexcept { return draining_; }
    /// Ends every connection.
    void end_all(error_code reason);
    /// Destroys every handler that waits on its stream, without running it: the last resort at shutdown.
    void discard_all() noexcept;

    /// Ends those whose deadline has passed. Returns when to look again: the earliest deadline that is left,
    /// or time_point::max().
    time_point sweep(time_point now);

    /// `timer` is cancelled whenever a connection leaves; it may be cancelled for nothing.
    void watch_departures(boost::asio::steady_timer& timer) { departure_watchers_.push_back(&timer); }
    void unwatch_departures(boost::asio::steady_timer& timer) { std::erase(departure_watchers_, &timer); }

    /// The timer that runs sweep(); it is moved forward when a deadline is set that comes earlier.
    void sweep_with(boost::asio::steady_timer* timer) noexcept { sweep_timer_ = timer; }

private:
    friend class connection;

    std::uint64_t next_id() noexcept { return ++last_id_; }
    void join(connection& c);
    void leave(connection& c) noexcept;
    void deadline_set(time_point at);

    logger& log_;
    list connections_;
    std::uint64_t last_id_ = 0;
    std::size_t const limit_;
    bool draining_ = false;
    std::vector<boost::asio::steady_timer*> departure_watchers_;
    boost::asio::steady_timer* sweep_timer_ = nullptr;
    time_point next_sweep_ = time_point::max();
};

} // namespace polyport
