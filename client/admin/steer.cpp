// SPDX-License-Identifier: BSL-1.0
#include "client/admin/commands.hpp"
#include "client/admin/event_reader.hpp"
#include "client/admin/link.hpp"
#include "client/admin/options.hpp"
#include "client/admin/rows.hpp"
#include "client/command.hpp"
#include "common/quoted.hpp"

#include <boost/json/parse.hpp>
#include <boost/program_options/value_semantic.hpp>

namespace polyport::client {
namespace {

namespace po = boost::program_options;

admin_usage drain_usage()
{
    admin_usage usage{
        "drain", "",
        "Lets the daemon stop as SIGTERM does: it accepts nothing new, ends idle connections, lets the\n"
        "others finish for its drain-timeout, and exits.",
        po::options_description("How", 90, 50), "  polyport drain --wait && echo 'it has stopped'\n"};
    usage.own.add_options()("wait,w", po::bool_switch(), "until the daemon has let go of its connections");
    return usage;
}

admin_usage log_level_usage()
{
    return {
        "log-level", "[LEVEL]",
        "Prints how much the daemon logs, or sets it: trace, debug, info, warning or error. It holds until\n"
        "the daemon stops.",
        po::options_description("How", 90, 50), "  polyport log-level debug\n"};
}

// Its last event says that the daemon has let go of all connections but ours.
outcome<> wait_for_end(admin_options const& options, admin_link& link)
{
    event_reader events;
    for (;;) {
        auto const more = link.next_bytes(std::nullopt);
        if (!more || !*more)
            return failure{exit_status::failed, name_of(options.to) +
                                                    ": the connection has ended before the daemon had let go "
                                                    "of its connections; see its log"};
        events.feed(**more);
        while (auto const event = events.next()) {
            if (event->name == "stopping")
                return {};
        }
    }
}

} // namespace

exit_status run_drain(std::span<std::string const> arguments)
{
    auto const options = parse_admin_options(drain_usage(), arguments);
    if (!options)
        return misused("drain", options.error().text);
    if (options->help)
        return print(drain_help());
    if (!options->words.empty())
        return misused("drain", quoted(options->words.front()) + " is one argument too many");
    bool const wait = options->given["wait"].as<bool>();
    admin_link events(*options);
    if (wait) {
        if (auto const listening = events.listen("/events"); !listening)
            return report(listening.error());
    }
    admin_link link(*options);
    auto const answer = link.ask("POST", "/drain");
    if (!answer)
        return report(answer.error());
    if (wait) {
        if (auto const ended = wait_for_end(*options, events); !ended)
            return report(ended.error());
    }
    return options->json ? print(*answer) : print(wait ? "drained\n" : "draining\n");
}

std::string drain_help()
{
    return help_of(drain_usage());
}

exit_status run_log_level(std::span<std::string const> arguments)
{
    auto const options = parse_admin_options(log_level_usage(), arguments);
    if (!options)
        return misused("log-level", options.error().text);
    if (options->help)
        return print(log_level_help());
    if (options->words.size() > 1)
        return misused("log-level", quoted(options->words[1]) + " is one argument too many");
    admin_link link(*options);
    auto const answer = options->words.empty() ? link.ask("GET", "/log-level")
                                               : link.ask("PUT", "/log-level", options->words.front());
    if (!answer)
        return report(answer.error());
    if (options->json)
        return print(*answer);
    auto const read = boost::json::parse(*answer);
    return print((read.is_object() ? text_of(read.get_object(), "level") : "") + "\n");
}

std::string log_level_help()
{
    return help_of(log_level_usage());
}

} // namespace polyport::client
