// SPDX-License-Identifier: BSL-1.0
#include "client/admin/commands.hpp"
#include "client/admin/filters.hpp"
#include "client/admin/link.hpp"
#include "client/admin/options.hpp"
#include "client/admin/rows.hpp"
#include "client/command.hpp"
#include "common/option_values.hpp"
#include "common/quoted.hpp"

#include <boost/program_options/value_semantic.hpp>

namespace polyport::client {
namespace {

namespace po = boost::program_options;

admin_usage kill_usage()
{
    admin_usage usage{
        "kill", "[ID]...",
        "Ends connections: those of these numbers (see 'polyport ps'), or all for which every option\n"
        "below holds. What was written to them still goes out, unless --reset is given.",
        po::options_description("Which connections, and how", 90, 50),
        "  polyport kill 17 23\n"
        "  polyport kill --service http --idle 10m\n"
        "  polyport kill --remote 192.0.2.0/24 --reset\n"
        "  polyport kill --finish --older 1h\n"};
    add_filters(usage.own);
    usage.own.add_options()("finish", po::bool_switch(), "let each finish the request that it works on")(
        "reset", po::bool_switch(), "with a reset, which the other side sees as an error");
    return usage;
}

std::string how_of(po::variables_map const& given)
{
    if (given["reset"].as<bool>())
        return "reset";
    return given["finish"].as<bool>() ? "finish" : "close";
}

exit_status tell(admin_options const& options, std::string const& answer, std::uint64_t ended)
{
    if (options.json)
        return print(answer);
    return print(std::to_string(ended) + (ended == 1 ? " connection" : " connections") + " ended\n");
}

exit_status kill_by_number(admin_options const& options, std::vector<std::uint64_t> const& ids)
{
    admin_link link(options);
    auto worst = exit_status::done;
    std::uint64_t ended = 0;
    for (auto const id : ids) {
        auto target = "/connections/" + std::to_string(id);
        add_parameter(target, "how", how_of(options.given));
        auto const answer = link.ask_json("DELETE", target);
        if (!answer) {
            worst = report(answer.error());
            if (worst == exit_status::timed_out)
                return worst;
            continue;
        }
        ended += answer->is_object() ? count_of(answer->get_object(), "ended") : 0;
    }
    auto const told = tell(options, "{\"ended\":" + std::to_string(ended) + "}\n", ended);
    return worst == exit_status::done ? told : worst;
}

exit_status kill_by_filter(admin_options const& options, std::string const& query)
{
    admin_link link(options);
    auto target = "/connections" + query;
    add_parameter(target, "how", how_of(options.given));
    auto const answer = link.ask_json("DELETE", target);
    if (!answer)
        return report(answer.error());
    auto const ended = answer->is_object() ? count_of(answer->get_object(), "ended") : 0;
    return tell(options, "{\"ended\":" + std::to_string(ended) + "}\n", ended);
}

} // namespace

exit_status run_kill(std::span<std::string const> arguments)
{
    auto const options = parse_admin_options(kill_usage(), arguments);
    if (!options)
        return misused("kill", options.error().text);
    if (options->help)
        return print(kill_help());
    std::vector<std::uint64_t> ids;
    for (auto const& word : options->words) {
        auto const id = parse_number<std::uint64_t>(word, 1);
        if (!id)
            return misused("kill", "ID: " + id.error().text);
        ids.push_back(*id);
    }
    auto const query = filter_query(options->given);
    if (ids.empty() && query.empty())
        return misused("kill", "name connections by number, or by an option such as --service");
    if (!ids.empty() && !query.empty())
        return misused("kill", "name connections by number or by options, not by both");
    if (options->given["finish"].as<bool>() && options->given["reset"].as<bool>())
        return misused("kill", "--finish and --reset are opposites; give one");
    return ids.empty() ? kill_by_filter(*options, query) : kill_by_number(*options, ids);
}

std::string kill_help()
{
    return help_of(kill_usage());
}

} // namespace polyport::client
