// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/task.hpp"
#include "common/transport.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace polyport {

class datagram;
class datagram_service;
class option_set;
class stream;
class stream_service;

/// The transports that a service may be reached by: a set.
enum class transports : std::uint8_t {
    tcp = 1,
    udp = 2,
    unix_stream = 4,
    unix_datagram = 8,
    streams = tcp | unix_stream,
    datagrams = udp | unix_datagram,
};

constexpr bool contains(transports set, transport one) noexcept
{
    return (static_cast<unsigned>(set) >> static_cast<unsigned>(one) & 1U) != 0;
}

/// A stream service without state: a coroutine that has a connection until it returns.
using stream_handler = task<> (*)(stream);

/// A datagram service without state: looks at one message and may answer it. Runs to its end at once.
using datagram_handler = void (*)(datagram&);

/// Makes a service with state; see make_service.
using stream_factory = std::unique_ptr<stream_service> (*)(option_set&);
using datagram_factory = std::unique_ptr<datagram_service> (*)(option_set&);

namespace detail {

// Not constexpr: what the compiler names when a row is refused.
void the_name_of_a_service_is_words_in_lower_case_joined_by_dashes();
void a_service_needs_a_summary_of_one_line_without_a_full_stop();
void a_handler_of_streams_is_reached_by_tcp_and_unix_stream_alone();
void a_handler_of_datagrams_is_reached_by_udp_and_unix_datagram_alone();

consteval bool is_service_name(std::string_view name)
{
    if (name.empty() || name.front() == '-' || name.back() == '-')
        return false;
    for (char const c : name) {
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
            return false;
    }
    return true;
}

} // namespace detail

/// What is so of few services.
struct service_traits {
    bool has_paths = false; ///< it answers requests for URLs, by which access rules can tell them apart
    /// It steers the daemon: its connections have a limit of their own, and stay while the others drain.
    bool control = false;
    std::string_view example{}; ///< of its endpoint, for the configuration file; empty: a usual one
};

/// One row of the service table. `name` is also the option that enables it: --NAME METAVAR. A row that cannot
/// be right does not compile.
struct service_definition {
    /// Those of streams and those of datagrams by turns.
    using implementation_type =
        std::variant<stream_handler, datagram_handler, stream_factory, datagram_factory>;

    /// `summary`: one line, in lower case, for the help. `made_by`: a handler, or make_service<…>.
    template <class Implementation>
        requires std::constructible_from<implementation_type, Implementation>
    consteval service_definition(std::string_view service_name, transports by, std::string_view value_in_help,
                                 std::string_view one_line, Implementation made_by,
                                 service_traits what_it_is = {})
        : name(service_name), reached_by(by), metavar(value_in_help), summary(one_line),
          implementation(made_by), has_paths(what_it_is.has_paths), control(what_it_is.control),
          example(what_it_is.example)
    {
        if (!detail::is_service_name(name))
            detail::the_name_of_a_service_is_words_in_lower_case_joined_by_dashes();
        if (summary.empty() || summary.back() == '.' || summary.find('\n') != summary.npos)
            detail::a_service_needs_a_summary_of_one_line_without_a_full_stop();
        auto const given = static_cast<unsigned>(by);
        bool const of_datagrams = is_of_datagrams();
        if (given == 0 || (!of_datagrams && (given & ~static_cast<unsigned>(transports::streams)) != 0))
            detail::a_handler_of_streams_is_reached_by_tcp_and_unix_stream_alone();
        if (of_datagrams && (given & ~static_cast<unsigned>(transports::datagrams)) != 0)
            detail::a_handler_of_datagrams_is_reached_by_udp_and_unix_datagram_alone();
    }
    /// The help says ADDR, or PATH where only UNIX sockets will do.
    template <class Implementation>
        requires std::constructible_from<implementation_type, Implementation>
    consteval service_definition(std::string_view service_name, transports by, std::string_view one_line,
                                 Implementation made_by)
        : service_definition(service_name, by,
                             by == transports::unix_stream || by == transports::unix_datagram ? "PATH"
                                                                                              : "ADDR",
                             one_line, made_by)
    {
    }

    constexpr bool is_of_datagrams() const noexcept { return implementation.index() % 2 == 1; }

    std::string_view name;
    transports reached_by;
    std::string_view metavar;
    std::string_view summary;
    implementation_type implementation;
    bool has_paths; ///< service_traits has the meaning of these
    bool control;
    std::string_view example;
};

namespace detail {

template <class Service>
concept made_from_options =
    std::is_constructible_v<Service, option_set&> || std::is_default_constructible_v<Service>;

template <class Base, class Service>
std::unique_ptr<Base> make_service_as(option_set& options)
{
    if constexpr (std::is_constructible_v<Service, option_set&>)
        return std::make_unique<Service>(options);
    else
        return std::make_unique<Service>();
}

} // namespace detail

/// What a row names for a service with state: a class derived from stream_service or datagram_service, made
/// from option_set&, where it declares its options, or from nothing.
template <detail::made_from_options Service>
    requires(std::derived_from<Service, stream_service> || std::derived_from<Service, datagram_service>)
inline constexpr auto make_service = &detail::make_service_as<
    std::conditional_t<std::derived_from<Service, stream_service>, stream_service, datagram_service>,
    Service>;

/// One row, or the rows of a table: what run() is given.
class service_rows {
public:
    service_rows(service_definition const& one) : rows_{one} {}
    service_rows(std::span<service_definition const> table) : rows_(table.begin(), table.end()) {}
    template <std::size_t Count>
    service_rows(std::array<service_definition, Count> const& table) : rows_(table.begin(), table.end())
    {
    }
    service_rows(std::initializer_list<service_rows> several)
    {
        for (auto const& some : several)
            rows_.insert(rows_.end(), some.rows_.begin(), some.rows_.end());
    }

    std::vector<service_definition> const& all() const noexcept { return rows_; }

private:
    std::vector<service_definition> rows_;
};

} // namespace polyport
