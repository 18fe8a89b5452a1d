// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule_set.hpp"
#include "common/connection.hpp"
#include "common/datagram.hpp"
#include "common/metrics.hpp"
#include "common/refusal.hpp"
#include "common/service_definition.hpp"
#include "common/stream.hpp"
#include "common/task.hpp"

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace polyport {

struct access_settings;
class runtime;

/// What a service has for as long as it runs: its state and its options. Made before the options are read;
/// destroyed after its last connection. Derive from stream_service or datagram_service.
class service_base {
public:
    virtual ~service_base() = default;
    /// Once, when the options are known, if an endpoint enables the service; with --check too. Adds a
    /// sentence for each thing that is missing or does not fit together.
    virtual void check(std::vector<std::string>&) const {}
    /// The same for how access rules and its own settings go together. `warnings` do not keep it from
    /// starting.
    virtual void check_access(access_settings const&, std::vector<std::string>& /*problems*/,
                              std::vector<std::string>& /*warnings*/) const
    {
    }
    /// For --explain: what a request's target (`/path?query`, `//host/path`) means to access rules. The
    /// problem is a sentence such as option_values.hpp returns.
    virtual checked<url_prefix> place_of(std::string_view target) const { return parse_url_prefix(target); }
    /// For --explain: how rules about users and origins go together for a request.
    virtual satisfy_mode satisfy_at(std::string_view /*host*/, std::string_view /*path*/) const
    {
        return satisfy_mode::any;
    }
    /// Once, when the options are known and before any endpoint is bound. Throws start_error.
    virtual void start(runtime&) {}
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

/// A stream service with state or options of its own.
class stream_service : public service_base {
public:
    /// One connection, until it returns.
    virtual task<> serve(stream connection) = 0;
};

/// A datagram service with state or options of its own.
class datagram_service : public service_base {
public:
    /// One message. Runs to its end at once, between two system calls that move many datagrams.
    virtual void handle(datagram& message) = 0;
};

/// A datagram service that keeps a State for each peer, made from nothing when its first message comes, and
/// gone when the peer is forgotten (--flow-idle-timeout, --flows-max) or the daemon ends.
template <std::default_initializable State>
class flow_service : public datagram_service {
public:
    virtual void handle(datagram& message, State& known) = 0;

    void handle(datagram& message) final
    {
        auto& kept = message.state(); // flows belong to one service: it is ours
        if (!kept)
            kept = std::make_unique<holder>();
        handle(message, static_cast<holder&>(*kept).value);
    }

private:
    struct holder final : flow_state {
        State value{};
    };
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
    service_definition definition;
    std::unique_ptr<service_base> implementation; ///< null for those without state
    service_stats stats{};
    histogram* lifetimes = nullptr; ///< of its connections, in microseconds
    bool started = false;

    std::string_view name() const noexcept { return definition.name; }
    /// Stream services alone.
    task<> serve(stream connection);
    /// Datagram services alone.
    void handle(datagram& message);
};

/// The service of a row: its factory declares what options it has.
service_instance make_instance(service_definition const& row, option_set& options);

} // namespace polyport
