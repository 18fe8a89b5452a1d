// SPDX-License-Identifier: BSL-1.0
#include "client/admin/commands.hpp"
#include "client/admin/link.hpp"
#include "client/admin/options.hpp"
#include "client/admin/rows.hpp"
#include "client/admin/table.hpp"
#include "client/command.hpp"
#include "client/terminal.hpp"
#include "common/quoted.hpp"

#include <algorithm>
#include <utility>

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

std::string labels_text(json::object const& metric, bool with_names)
{
    std::string text;
    for (auto const& label : object_of(metric, "labels")) {
        auto const value =
            label.value().is_string() ? std::string(label.value().get_string()) : std::string();
        if (!text.empty())
            text += with_names ? "," : " ";
        text += with_names ? std::string(label.key()) + "=" + value : value;
    }
    return text;
}

std::string services_text(json::object const& stats, std::size_t width)
{
    text_table table({{"SERVICE"},
                      {"OPEN", true},
                      {"OPENED", true, 1},
                      {"MESSAGES", true, 2},
                      {"LOST", true, 3},
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

struct metric_tables {
    text_table times{{{"METRIC", false, 0, 12, 1},
                      {"OF", false, 0, 20},
                      {"COUNT", true, 1},
                      {"P50", true, 2},
                      {"P90", true, 3},
                      {"P99", true}}};
    text_table values{{{"METRIC", false, 0, 12, 1}, {"OF", false, 0, 12}, {"VALUE", true}}};
};

// As Prometheus has them, or in less room: what rows differ in must not be cut.
metric_tables tables_of(json::object const& stats, bool in_full)
{
    static constexpr std::string_view prefix = "polyport_";
    metric_tables made;
    for (auto const& row : array_of(stats, "metrics")) {
        if (!row.is_object())
            continue;
        auto const& m = row.get_object();
        auto name = text_of(m, "name");
        // A dozen reasons a service, most of which never occur.
        if (name == "polyport_refused_total" && count_of(m, "value") == 0)
            continue;
        if (!in_full && name.starts_with(prefix))
            name.erase(0, prefix.size());
        if (m.contains("count"))
            made.times.add({std::move(name), labels_text(m, in_full), std::to_string(count_of(m, "count")),
                            short_latency(number_of(m, "p50")), short_latency(number_of(m, "p90")),
                            short_latency(number_of(m, "p99"))});
        else if (m.contains("value"))
            made.values.add({std::move(name), labels_text(m, in_full), plain_number(number_of(m, "value"))});
    }
    return made;
}

std::string metrics_text(json::object const& stats, std::size_t width)
{
    auto tables = tables_of(stats, true);
    if (width > 0 && std::max(tables.times.natural_width(), tables.values.natural_width()) > width)
        tables = tables_of(stats, false);
    return (tables.times.size() > 0 ? tables.times.text(width) + "\n" : "") + tables.values.text(width);
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
                      " of " + std::to_string(count_of(all, "limit")) + " connections";
    auto const width = terminal_width();
    return print(fitted(head, width) + "\n\n" + services_text(stats, width) + "\n" +
                 metrics_text(stats, width));
}

std::string stats_help()
{
    return help_of(stats_usage());
}

} // namespace polyport::client
