// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/source_counts.hpp"
#include "common/error.hpp"
#include "common/input_buffer.hpp"
#include "common/readiness.hpp"
#include "common/sleeper.hpp"
#include "common/socket_address.hpp"
#include "common/transport.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/intrusive/set_hook.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/types.h>

namespace polyport {

class connection_table;
class io_faults;
class send_queue;
struct service_instance;

/// What a connection is doing, as far as its stream knows.
enum class connection_state : std::uint8_t {
    busy,    ///< the handler works, or waits for something that is not this stream
    idle,    ///< between two requests
    reading, ///< waits for more of a request
    writing, ///< waits for the peer to read
    closing, ///< has been told to end
};

std::string_view to_string(connection_state value) noexcept;

/// What ends a connection next, or its wait. Those from `program` on are never its own: the table shows them.
enum class deadline_kind : std::uint8_t {
    none,
    header,
    body,
    idle,
    write,
    handler,
    program, ///< of the process that works for it
    drain,   ///< of the daemon, which stops
};

std::string_view to_string(deadline_kind value) noexcept;

/// What is known of the other end without reading from it.
enum class peer_state : std::uint8_t {
    present,
    half_closed, ///< sends no more; it may read on, or be gone: TCP does not tell
    closed,      ///< both directions have ended
    reset,       ///< it, or something on the way, has cut the connection
    vanished,    ///< it does not answer: keep-alive probes or data were not acknowledged
    failed,      ///< the kernel gives another error
};

/// "present", "half-closed" …
std::string_view to_string(peer_state value) noexcept;

/// The error that a connection ends with when a deadline of this kind has passed.
errc expiry_of(deadline_kind kind) noexcept;

/// A process that works for a connection (a CGI program), as the table shows it.
struct process_info {
    pid_t pid = -1;
    std::string_view program; ///< path
    std::chrono::steady_clock::time_point started{};
    std::chrono::steady_clock::time_point last_activity{}; ///< of its input, output or errors
    std::chrono::milliseconds timeout{0};      ///< from its start, after which it is told to end; 0: none
    std::chrono::milliseconds idle_timeout{0}; ///< the same from its last activity
    bool waits_for_client = false;             ///< which does not count as idle time
    std::uint64_t received = 0;                ///< bytes that it has read from its input
    std::uint64_t sent = 0;                    ///< bytes that it has printed

    /// When it is told to end; max: never.
    std::chrono::steady_clock::time_point ends_at() const noexcept;
};

/// A limit on the bytes that a connection sends; see stream::send_allowance().
struct send_pace {
    std::uint64_t rate = 0;  ///< bytes a second; 0: no limit
    std::int64_t credit = 0; ///< bytes that may go out now
    bool held_back = false;  ///< it is for want of credit that nothing went out
    std::chrono::steady_clock::time_point counted_at{};
};

/// What limits keep for a connection. By itself, as most have none: the record stays small.
struct connection_limits {
    source_counts::place of_all;     ///< what it takes of the limit for its source over all services
    source_counts::place of_service; ///< and over its own
    send_pace pace;
};

/// One connection, from accept to close: the record that the table shows. Its streams own it; it leaves the
/// table, and is logged as closed, when its handler and the other tasks that belong to it have ended.
class connection
    : public boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                             boost::intrusive::optimize_size<true>> {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Joins `owner`. `fd` is a connected, non-blocking stream socket. Throws std::system_error when the
    /// kernel cannot watch one more descriptor.
    connection(connection_table& owner, service_instance& of, transport how, readiness& set, unique_fd fd,
               socket_address own_address, socket_address peer_address);
    ~connection();

    /// Ends the connection: whatever its handler waits for, now or next, fails with `reason`. The first
    /// reason stands. Its handler does not run inside this call.
    void end(error_code reason);
    /// Why it ended, once it has.
    error_code ended() const noexcept { return socket.failure(); }
    /// What `closed` is logged with: why it ended, or what its handler has noted.
    error_code reason() const noexcept;

    /// Ends the connection when it is between two requests: at once, or after the one in work.
    void finish(errc reason);
    bool finishing() const noexcept { return finish_with != errc{}; }

    peer_state peer_presence() const noexcept;

    /// A deadline has passed. `header` and `body` end the wait for input alone, so that the handler can still
    /// say what happened; every other one ends the connection.
    void expire();

    /// Sets the one deadline for what its handler waits for; replaces the one before. `after` from now; zero
    /// or less: none.
    void set_deadline(deadline_kind what, std::chrono::milliseconds after);
    void clear_deadline() noexcept { deadline = deadline_kind::none; }
    /// Beside it, as a peer may have to be written to while it is idle: the time within which it must take
    /// some of the bytes that wait for it. Passes only if it takes none.
    void set_write_deadline(std::chrono::milliseconds after);
    void clear_write_deadline() noexcept { write_deadline_at = time_point::max(); }
    bool has_write_deadline() const noexcept { return write_deadline_at != time_point::max(); }
    void expire_write();
    /// The table goes, and somebody still keeps a stream: from now on it is nothing but memory.
    void outlive_table() noexcept;
    /// Null: it may send as fast as it can.
    send_pace* pace() const noexcept { return limits && limits->pace.rate != 0 ? &limits->pace : nullptr; }
    /// Destroys who waits on it without running it (shutdown only).
    void discard_waiters() noexcept;
    /// What ends it, or what works for it, next.
    struct next_end {
        deadline_kind kind = deadline_kind::none;
        time_point at = time_point::max();
    };
    next_end next_deadline() const noexcept;

    connection_table& table;
    service_instance& service;
    std::uint64_t const id;
    transport const kind;
    connection_state state = connection_state::busy;
    deadline_kind deadline = deadline_kind::none;
    errc noted{};             ///< why its handler gave it up
    errc finish_with{};       ///< see finish()
    std::uint32_t unsent = 0; ///< bytes in the kernel's send queue when the write deadline was set
    time_point deadline_at{};
    time_point write_deadline_at = time_point::max(); ///< max: none
    std::chrono::milliseconds write_deadline_after{};
    std::optional<ucred> peer;         ///< of a UNIX peer (SO_PEERCRED), as of its connect
    std::uint64_t received = 0;        ///< bytes
    std::uint64_t sent = 0;            ///< bytes
    std::string_view request;          ///< what its handler works on, for the table; of the handler's memory
    std::string const* user = nullptr; ///< whom its latest request has proved to be from; the same
    time_point const started;
    time_point last_activity;
    process_info const* process = nullptr; ///< what works for it now, if anything; its handler sees to that
    std::unique_ptr<connection_limits> limits; ///< null: none
    socket_address const local;
    socket_address const remote;
    watched socket;
    boost::asio::cancellation_signal cancel; ///< see stream::cancellation_slot()

    std::chrono::milliseconds idle_timeout{0}; ///< instead of --idle-timeout; 0: that
    std::uint16_t companions = 0;              ///< tasks that belong to it, beside its handler
    std::uint8_t uses_after_end = 0;           ///< how often a stream was used in vain
    std::uint8_t without_wait = 0;             ///< reads and writes since it has let others have their turn
    bool writing = false;                      ///< a write() is under way: what is posted comes behind it
    bool announced = false;                    ///< `opened` was told, and `closed` will be
    input_buffer input;                        ///< has come in, and not been taken yet
    std::unique_ptr<send_queue> posted;        ///< what post() could not send at once
    sleeper_list sleepers;
    io_faults* faults = nullptr; ///< tests

private:
    friend void intrusive_ptr_add_ref(connection* c) noexcept { ++c->owners_; }
    friend void intrusive_ptr_release(connection* c) noexcept
    {
        if (--c->owners_ == 0)
            delete c;
    }

    std::uint32_t owners_ = 0;
    bool alone_ = false;
};

using connection_ptr = boost::intrusive_ptr<connection>;

} // namespace polyport
