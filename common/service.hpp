// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule_set.hpp"
#include "common/connection.hpp"
#include "common/datagram.hpp"
#include "common/metrics.hpp"
#include "common/refusal.hpp"
#include "common/stream.hpp"
#include "common/task.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace polyport {

struct access_settings;
class option_set;
class runtime;

/// The transports that a service may be reached by: a set.
enum class transports : std::uint8_t { tcp = 1, udp = 2, unix_stream = 4, unix_datagram = 8, streams = 5 };

constexpr bool contains(transports set, transport one) noexcept
{
    return (static_cast<unsigned>(set) >> static_cast<unsigned>(one) & 1U) != 0;
}

/// A stream service without state: a coroutine that has a connection until it returns.
using stream_handler = task<> (*)(stream);

/// A datagram service: looks at one message and may answer it. Runs to its end at once, between two system
/// calls that move many datagrams.
using datagram_handler = void (*)(datagram&);

/// A stream service with state or options of its own. Made before the options are read, destroyed after its
/// last connection.
class stream_service {
public:
    virtual ~stream_service() = default;
    /// Once, when the options are known, if an endpoint enables the service; with --check too. Adds a
    /// sentence for each thing that is missing or does not fit together.
    virtual void check(std::vector<std::string>&) const {}
    /// The same for how access rules and its own settings go together. `warnings` do not keep it from
    /// starting.
    virtual void check_access(access_settings const&, std::vector<std::string>& /*problems*/,
                              std::vector<std::string>& /*warnings*/) const
    {
    }
    /// For --explain: how rules about users and origins go together for a request.
    virtual satisfy_mode satisfy_at(std::string_view /*host*/, std::string_view /*path*/) const
    {
        return satisfy_mode::any;
    }
    /// Once, when the options are known and before any endpoint is bound. Throws start_error.
    virtual void start(runtime&) {}
    /// One connection, until it returns.
    virtual task<> serve(stream connection) = 0;
    /// Permissions of its UNIX sockets that have a path; without any, --socket-mode.
    virtual std::optional<unsigned> socket_mode() const { return std::nullopt; }
    /// Once for each socket that is bound for it, before anything is served. Throws start_error to refuse.
    virtual void bound(transport, socket_address const&) {}
    /// Once, after its last connection: ends what it has started.
    virtual task<> stop();
    /// SIGHUP: opens its log files anew.
    virtual void reopen_logs() {}
    /// SIGUSR1: writes what it has under way, beside connections, to the log.
    virtual void log_tables() {}
};

using service_factory = std::unique_ptr<stream_service> (*)(option_set&);

/// One row of the service table. `name` is also the option that enables it: --NAME METAVAR.
struct service_definition {
    std::string_view name;
    transports reached_by;
    std::string_view metavar;
    std::string_view summary; ///< one line, in lower case, for the help
    std::variant<stream_handler, datagram_handler, service_factory> implementation;
    bool has_paths = false; ///< it answers requests for URLs, by which access rules can tell them apart
    /// It steers the daemon: its connections have a limit of their own, and stay while the others drain.
    bool control = false;
    std::string_view example{}; ///< of its endpoint, for the configuration file; empty: a usual one
};

struct service_stats {
    std::uint64_t opened = 0;
    std::uint64_t closed = 0;
    std::uint64_t received = 0; ///< bytes, of connections or of datagrams
    std::uint64_t sent = 0;
    std::uint64_t messages_received = 0; ///< datagrams
    std::uint64_t messages_sent = 0;
    std::uint64_t lost_answers = 0; ///< datagrams that could not be sent
    refusal_counts refused;         ///< connections, datagrams and requests that were not served
};

/// A service in a running daemon.
struct service_instance {
    service_definition const& definition;
    std::unique_ptr<stream_service> implementation; ///< null for those without state
    service_stats stats{};
    histogram* lifetimes = nullptr; ///< of its connections, in microseconds
    bool started = false;

    std::string_view name() const noexcept { return definition.name; }
    task<> serve(stream connection);
};

} // namespace polyport
