// SPDX-License-Identifier: BSL-1.0
#include "client/admin/busiest_view.hpp"

#include "client/admin/filters.hpp"
#include "client/admin/rows.hpp"
#include "client/admin/table.hpp"
#include "client/terminal.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace polyport::client {
namespace {

namespace json = boost::json;

double key_of(json::object const& c, rates::flow const& now, order by)
{
    switch (by) {
    case order::bytes:
        return number_of(c, "received") + number_of(c, "sent");
    case order::age:
        return number_of(c, "age");
    case order::idle:
        return number_of(c, "idle");
    case order::rate:
        break;
    }
    return now.both();
}

std::string percent(double share)
{
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%.1f%%", share * 100);
    return text.data();
}

} // namespace

std::string_view word(order by)
{
    static constexpr std::array<std::string_view, 4> words{"rate", "bytes", "age", "idle"};
    return words[static_cast<std::size_t>(by)];
}

outcome<> busiest_view::look(admin_link& link)
{
    auto target = "/connections" + filter_query(options_.given);
    add_parameter(target, "tcp", "no"); // a system call for each of thousands, of which a few are shown
    add_parameter(target, "limit", "100000");
    if (!all_ && !options_.given.count("service"))
        add_parameter(target, "control", "no");
    auto table = link.ask_json("GET", target);
    if (!table)
        return table.error();
    auto stats = link.ask_json("GET", "/stats");
    if (!stats)
        return stats.error();
    if (!table->is_object() || !stats->is_object())
        return failure{exit_status::failed, "the answer is no table of connections"};
    table_ = std::move(*table);
    stats_ = std::move(*stats);
    rates_.look(table_.get_object(), stats_.get_object(), clock::now());
    return {};
}

std::vector<std::string> busiest_view::lines(std::size_t width, std::size_t height, order by) const
{
    auto all = head(width);
    auto const left = height > all.size() + 2 ? height - all.size() - 2 : 1;
    auto const rows = busiest(left, by);
    text_table table({{"ID", true},
                      {"SERVICE"},
                      {"STATE", false, 3},
                      {"REMOTE", false, 0, 21},
                      {"AGE", true, 2},
                      {"IDLE", true, 4},
                      {"IN/s", true},
                      {"OUT/s", true},
                      {"IN", true, 5},
                      {"OUT", true, 5},
                      {"WORK", false, 0, 20}});
    for (auto const& one : rows) {
        auto const& c = *one.row;
        table.add({std::to_string(count_of(c, "id")), text_of(c, "service"), state_text(c),
                   address_text(c, "remote"), short_time(number_of(c, "age")),
                   short_time(number_of(c, "idle")), short_size(one.now.received), short_size(one.now.sent),
                   short_size(number_of(c, "received")), short_size(number_of(c, "sent")), work_text(c)});
    }
    all.emplace_back();
    auto const body = table.lines(width);
    all.insert(all.end(), body.begin(), body.end());
    return all;
}

std::vector<std::string> busiest_view::head(std::size_t width) const
{
    auto const& stats = stats_.get_object();
    auto const& counts = object_of(stats, "connections");
    std::vector<std::string> all;
    all.push_back(fitted(
        "polyportd " + text_of(stats, "version") + "  up " + short_time(number_of(stats, "uptime")) + "  " +
            std::to_string(count_of(counts, "open")) + "/" + std::to_string(count_of(counts, "limit")) +
            " connections  cpu " + percent(rates_.processor()),
        width));
    auto const& r = rates_.requests();
    if (r.requests > 0)
        all.push_back(fitted("http " + short_size(r.requests) + " requests/s  p50 " + short_latency(r.p50) +
                                 "  p99 " + short_latency(r.p99),
                             width));
    for (auto const& s : rates_.services()) {
        if (s.name == "admin" && !all_)
            continue;
        all.push_back(fitted(s.name + std::string(s.name.size() < 16 ? 16 - s.name.size() : 1, ' ') +
                                 std::to_string(s.open) + " open  " + short_size(s.opened) + " new/s  in " +
                                 short_size(s.bytes.received) + "/s  out " + short_size(s.bytes.sent) + "/s",
                             width));
    }
    return all;
}

std::vector<busiest_view::ranked> busiest_view::busiest(std::size_t most, order by) const
{
    std::vector<ranked> rows;
    for (auto const& row : array_of(table_.get_object(), "connections")) {
        if (!row.is_object())
            continue;
        auto const& c = row.get_object();
        auto const now = rates_.of(count_of(c, "id"));
        rows.push_back({&c, now, key_of(c, now, by)});
    }
    auto const kept = std::min(most, rows.size());
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(kept), rows.end(),
                      [](ranked const& a, ranked const& b) { return a.key > b.key; });
    rows.resize(kept);
    return rows;
}

} // namespace polyport::client
