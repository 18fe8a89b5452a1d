// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace polyport {

class event_hub;

/// One who watches, from its making on.
class event_subscriber : public boost::intrusive::list_base_hook<> {
public:
    /// Called when there is something new, or too much of it: see missed_some(). Must not do more than wake
    /// or end somebody.
    using function = void (*)(void* whom) noexcept;

    /// `hub` and `whom` outlive it.
    event_subscriber(event_hub& hub, function call, void* whom);
    event_subscriber(event_subscriber const&) = delete;
    event_subscriber& operator=(event_subscriber const&) = delete;
    ~event_subscriber();

    bool has_more() const noexcept;
    /// It has fallen behind the ring: events are lost, and it is counted as dropped.
    bool missed_some() const noexcept { return missed_some_; }
    /// Appends events until `out` has grown by `enough` bytes or nothing is left. False, and nothing, if it
    /// has missed some.
    bool take(std::string& out, std::size_t enough);

private:
    friend class event_hub;

    event_hub& hub_;
    function const call_;
    void* const whom_;
    std::uint64_t next_;
    bool missed_some_ = false;
};

/// What happens, for whoever watches: connections that come and go, refusals, programs. One ring of the
/// latest events serves all subscribers, so that one who does not read costs no memory: when the ring has
/// gone round, it is dropped, and counted.
///
/// Without subscribers nothing is kept; ask wanted() before making the text of an event.
class event_hub {
public:
    static constexpr std::size_t max_bytes = 1024 * 1024; ///< of the texts in the ring
    static constexpr std::size_t max_subscribers = 32;

    event_hub() = default;
    event_hub(event_hub const&) = delete;
    event_hub& operator=(event_hub const&) = delete;

    bool wanted() const noexcept { return !subscribers_.empty(); }
    bool has_room() const noexcept { return subscribers_.size() < max_subscribers; }
    std::size_t subscribers() const noexcept { return subscribers_.size(); }
    std::uint64_t published() const noexcept { return next_ - 1; }
    /// Subscribers that were dropped because they did not keep up.
    std::uint64_t dropped() const noexcept { return dropped_; }

    /// `name`: a word. `data`: one line of JSON. No subscriber runs inside this call.
    void publish(std::string_view name, std::string_view data);

private:
    friend class event_subscriber;

    /// Number of the oldest event in the ring.
    std::uint64_t oldest() const noexcept { return next_ - ring_.size(); }

    using list = boost::intrusive::list<event_subscriber>;

    std::deque<std::string> ring_; ///< texts of server-sent events, the oldest first
    std::uint64_t next_ = 1;       ///< number of the next event
    std::size_t bytes_ = 0;
    std::uint64_t dropped_ = 0;
    list subscribers_;
};

inline bool event_subscriber::has_more() const noexcept
{
    return next_ < hub_.next_;
}

} // namespace polyport
