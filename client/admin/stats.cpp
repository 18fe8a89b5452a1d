// SPDX-License-Identifier: BSL-1.0
#include "client/admin/commands.hpp"
#include "client/admin/link.hpp"
#include "client/admin/options.hpp"
#include "client/admin/rows.hpp"
#include "client/admin/table.hpp"
#include "client/command.hpp"
#include "client/terminal.hpp"
#include "common/quoted.hpp"

#include <boost/json/serialize.hpp>

namespace polyport::client {
namespace {

namespace json = boost::json;

admin_usage stats_usage()
{
    return {"stats", "",
            "Prints what the daemon has counted since its start: by service, and all metrics. With --json as "
            "one\n"
            "object; for Prometheus, GET /metrics of the control interface.",
            boost::program_options::options_description("How", 90, 50),
            "  polyport stats --json | jq .services\n"};
}

std::string labels_text(json::object const& metric)
{
    std::string text;
    for (auto const& label : object_of(metric, "labels"))
        text += (text.empty() ? "" : ",") + std::string(label.key()) + "=" +
                (label.value().is_string() ? std::string(label.value().get_string()) : std::string());
    return text;
}

std::string services_text(json::object const& stats, std::size_t width)
{
    text_table table({{"SERVICE"},
                      {"OPEN", true},
                      {"OPENED", true},
                      {"MESSAGES", true},
                      {"LOST", true},
                      {"IN", true},
                      {"OUT", true}});
    for (auto const& row : array_of(stats, "services")) {
        if (!row.is_object())
            continue;
        auto const& s = row.get_object();
        bool const streams = s.contains("opened");
        auto const count = [&s](std::string_view name, bool there) {
            return there ? std::to_string(count_of(s, name)) : std::string("-");
        };
        table.add({text_of(s, "name"), count("open", streams), count("opened", streams),
                   count("messages_received", !streams), count("lost_answers", !streams),
                   short_size(number_of(s, "received")), short_size(number_of(s, "sent"))});
    }
    return table.text(width);
}

std::string metrics_text(json::object const& stats, std::size_t width)
{
    text_table times({{"METRIC", false, 0, 24},
                      {"OF", false, 0, 12},
                      {"COUNT", true},
                      {"P50", true},
                      {"P90", true},
                      {"P99", true}});
    text_table values({{"METRIC", false, 0, 24}, {"OF", false, 0, 12}, {"VALUE", true}});
    for (auto const& row : array_of(stats, "metrics")) {
        if (!row.is_object())
            continue;
        auto const& m = row.get_object();
        if (m.contains("count"))
            times.add({text_of(m, "name"), labels_text(m), std::to_string(count_of(m, "count")),
                       short_latency(number_of(m, "p50")), short_latency(number_of(m, "p90")),
                       short_latency(number_of(m, "p99"))});
        else if (m.contains("value"))
            values.add({text_of(m, "name"), labels_text(m), json::serialize(m.at("value"))});
    }
    return (times.size() > 0 ? times.text(width) + "\n" : "") + values.text(width);
}

} // namespace

exit_status run_stats(std::span<std::string const> arguments)
{
    auto const options = parse_admin_options(stats_usage(), arguments);
    if (!options)
        return misused("stats", options.error().text);
    if (options->help)
        return print(stats_help());
    if (!options->words.empty())
        return misused("stats", quoted(options->words.front()) + " is one argument too many");
    admin_link link(*options);
    if (options->json) {
        auto const answer = link.ask("GET", "/stats");
        return answer ? print(*answer) : report(answer.error());
    }
    auto const answer = link.ask_json("GET", "/stats");
    if (!answer)
        return report(answer.error());
    if (!answer->is_object())
        return report(failure{exit_status::failed, "the answer has no counts"});
    auto const& stats = answer->get_object();
    auto const& all = object_of(stats, "connections");
    auto const head = "polyportd " + text_of(stats, "version") + ", pid " +
                      std::to_string(count_of(stats, "pid")) + ", up " +
                      short_time(number_of(stats, "uptime")) + ", " + std::to_string(count_of(all, "open")) +
                      " of " + std::to_string(count_of(all, "limit")) + " connections\n\n";
    auto const width = terminal_width();
    return print(head + services_text(stats, width) + "\n" + metrics_text(stats, width));
}

std::string stats_help()
{
    return help_of(stats_usage());
}

} // namespace polyport::client
