// SPDX-License-Identifier: BSL-1.0
#include "client/admin/commands.hpp"
#include "client/admin/filters.hpp"
#include "client/admin/link.hpp"
#include "client/admin/options.hpp"
#include "client/admin/rows.hpp"
#include "client/admin/table.hpp"
#include "client/command.hpp"
#include "client/failure.hpp"
#include "client/terminal.hpp"
#include "common/quoted.hpp"

#include <boost/program_options/value_semantic.hpp>

namespace polyport::client {
namespace {

namespace po = boost::program_options;
namespace json = boost::json;

admin_usage ps_usage()
{
    admin_usage usage{"ps", "", "Shows the connections of the daemon, each with what the kernel knows of it.",
                      po::options_description("Which connections, and how", 90, 50),
                      "  polyport ps --service http --sort -bytes --limit 20\n"
                      "  polyport ps --idle 5m --json\n"
                      "  polyport ps --flows --remote 192.0.2.0/24\n"};
    add_filters(usage.own);
    usage.own.add_options()(
        "sort,s", po::value<std::string>()->value_name("KEY"),
        "id, age, idle, received, sent, bytes, rtt or retransmits; -KEY for the largest first")(
        "limit,n", po::value<std::string>()->value_name("N"), "at most so many (10000 unless given)")(
        "all", po::bool_switch(),
        "those of the control interface as well")("flows", po::bool_switch(),
                                                  "the peers of datagram services instead: of those, "
                                                  "--service, --transport, --remote, --older, --idle, "
                                                  "--bytes, --sort and --limit choose");
    return usage;
}

text_table connections_table(json::array const& rows)
{
    text_table table({{"ID", true},
                      {"SERVICE"},
                      {"VIA", false, 4},
                      {"STATE"},
                      {"REMOTE", false, 0, 21},
                      {"LOCAL", false, 6, 21},
                      {"USER", false, 7},
                      {"AGE", true},
                      {"IDLE", true, 2},
                      {"IN", true, 1},
                      {"OUT", true, 1},
                      {"RTT", true, 3},
                      {"RETR", true, 5},
                      {"WORK", false, 0, 20}});
    for (auto const& row : rows) {
        if (!row.is_object())
            continue;
        auto const& c = row.get_object();
        auto const& tcp = object_of(c, "tcp");
        table.add({std::to_string(count_of(c, "id")), text_of(c, "service"), text_of(c, "transport"),
                   state_text(c), address_text(c, "remote"), address_text(c, "local"), user_text(c),
                   short_time(number_of(c, "age")), short_time(number_of(c, "idle")),
                   short_size(number_of(c, "received")), short_size(number_of(c, "sent")),
                   tcp.empty() ? "-" : short_latency(number_of(tcp, "rtt_us") / 1e6),
                   tcp.empty() ? "-" : std::to_string(count_of(tcp, "retransmits")), work_text(c)});
    }
    return table;
}

text_table flows_table(json::array const& rows)
{
    text_table table({{"ID", true},
                      {"SERVICE"},
                      {"VIA"},
                      {"REMOTE", false, 0, 21},
                      {"LOCAL", false, 2, 21},
                      {"AGE", true},
                      {"IDLE", true},
                      {"MSGS IN", true},
                      {"MSGS OUT", true},
                      {"IN", true, 1},
                      {"OUT", true, 1}});
    for (auto const& row : rows) {
        if (!row.is_object())
            continue;
        auto const& f = row.get_object();
        table.add({std::to_string(count_of(f, "id")), text_of(f, "service"), text_of(f, "transport"),
                   address_text(f, "remote"), address_text(f, "local"), short_time(number_of(f, "age")),
                   short_time(number_of(f, "idle")), std::to_string(count_of(f, "messages_received")),
                   std::to_string(count_of(f, "messages_sent")), short_size(number_of(f, "received")),
                   short_size(number_of(f, "sent"))});
    }
    return table;
}

std::string target_of(admin_options const& options)
{
    bool const flows = options.given["flows"].as<bool>();
    std::string target = (flows ? "/flows" : "/connections") + filter_query(options.given);
    if (!flows && !options.given["all"].as<bool>() && !options.given.count("service"))
        add_parameter(target, "control", "no");
    for (char const* const name : {"sort", "limit"}) {
        if (options.given.count(name))
            add_parameter(target, name, options.given[name].as<std::string>());
    }
    return target;
}

// Rows that the daemon leaves out of a list that nobody has limited.
void tell_of_more(json::object const& answer, std::size_t rows)
{
    auto const matched = count_of(answer, "matched");
    if (matched > rows)
        report("ps: " + std::to_string(matched - rows) + " more are not shown; see them with --limit " +
               std::to_string(matched));
}

} // namespace

exit_status run_ps(std::span<std::string const> arguments)
{
    auto const options = parse_admin_options(ps_usage(), arguments);
    if (!options)
        return misused("ps", options.error().text);
    if (options->help)
        return print(ps_help());
    if (!options->words.empty())
        return misused("ps", quoted(options->words.front()) + " is one argument too many");
    admin_link link(*options);
    auto const target = target_of(*options);
    if (options->json) {
        auto const answer = link.ask("GET", target);
        return answer ? print(*answer) : report(answer.error());
    }
    auto const answer = link.ask_json("GET", target);
    if (!answer)
        return report(answer.error());
    if (!answer->is_object())
        return report(failure{exit_status::failed, "the answer is no table of connections"});
    bool const flows = options->given["flows"].as<bool>();
    auto const& rows = array_of(answer->get_object(), flows ? "flows" : "connections");
    auto const printed = print((flows ? flows_table(rows) : connections_table(rows)).text(terminal_width()));
    if (!options->given.count("limit"))
        tell_of_more(answer->get_object(), rows.size());
    return printed;
}

std::string ps_help()
{
    return help_of(ps_usage());
}

} // namespace polyport::client
