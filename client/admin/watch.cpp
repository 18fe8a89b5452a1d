// SPDX-License-Identifier: BSL-1.0
#include "client/admin/commands.hpp"
#include "client/admin/event_reader.hpp"
#include "client/admin/link.hpp"
#include "client/admin/options.hpp"
#include "client/admin/rows.hpp"
#include "client/admin/table.hpp"
#include "client/command.hpp"
#include "common/escape.hpp"
#include "common/quoted.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <string_view>

namespace polyport::client {
namespace {

namespace po = boost::program_options;
namespace json = boost::json;

admin_usage watch_usage()
{
    admin_usage usage{
        "watch", "",
        "Prints what happens in the daemon as it happens, one line each: connections that open, close\n"
        "and are refused, and programs. Ends when the daemon stops (status 1), or with Ctrl-C.",
        po::options_description("What", 90, 50),
        "  polyport watch --only closed\n"
        "  polyport watch --json | jq 'select(.event == \"refused\")'\n"};
    usage.own.add_options()("only", po::value<std::vector<std::string>>()->value_name("EVENT"),
                            "this kind of event: opened, closed, refused, program-started, program-ended, "
                            "draining, stopping; may be given again");
    return usage;
}

constexpr std::array<std::string_view, 7> kinds{"opened",        "closed",   "refused", "program-started",
                                                "program-ended", "draining", "stopping"};

/// A sentence for the first that is no kind of event.
std::optional<std::string> unknown_kind(std::vector<std::string> const& wanted)
{
    for (auto const& one : wanted) {
        if (std::find(kinds.begin(), kinds.end(), one) != kinds.end())
            continue;
        std::string all;
        for (auto const kind : kinds)
            all.append(all.empty() ? "" : ", ").append(kind);
        return "--only: " + quoted(one) + " is not one of: " + all;
    }
    return std::nullopt;
}

std::string clock_text()
{
    auto const now = std::time(nullptr);
    tm local{};
    ::localtime_r(&now, &local);
    std::array<char, 16> text{};
    std::strftime(text.data(), text.size(), "%H:%M:%S", &local);
    return text.data();
}

// Members of the events that are no text: those whose names stand before their values.
void append_rest(std::string& line, json::object const& data)
{
    for (auto const& member : data) {
        std::string_view const name(member.key().data(), member.key().size());
        if (name == "id" || name == "service" || name == "transport" || name == "remote" || name == "local")
            continue;
        if (member.value().is_object() || member.value().is_array() || member.value().is_null())
            continue;
        line.append(" ").append(name).append("=");
        if (member.value().is_string())
            append_text_value(line, std::string(member.value().get_string()));
        else if (member.value().is_number() && (name == "age" || name == "duration"))
            line += short_span(member.value().to_number<double>());
        else if (member.value().is_double())
            line += plain_number(member.value().get_double());
        else
            line += json::serialize(member.value());
    }
}

std::string line_of(event_text const& event)
{
    boost::system::error_code error;
    auto const read = json::parse(event.data, error);
    std::string line = clock_text() + " ";
    append_escaped(line, event.name);
    if (error || !read.is_object())
        return line + "\n";
    auto const& data = read.get_object();
    line.append(std::max<std::size_t>(event.name.size(), 8) - event.name.size(), ' ');
    if (data.contains("id"))
        line += " " + std::to_string(count_of(data, "id"));
    for (auto const* const name : {"service", "transport"}) {
        if (auto const text = text_of(data, name); !text.empty())
            append_escaped(line += ' ', text);
    }
    if (data.contains("remote"))
        append_escaped(line += " from ", address_text(data, "remote"));
    append_rest(line, data);
    return line + "\n";
}

std::string json_line(event_text const& event)
{
    std::string line = "{\"event\":";
    append_json_string(line, event.name);
    return line + ",\"data\":" + (event.data.empty() ? "null" : event.data) + "}\n";
}

} // namespace

exit_status run_watch(std::span<std::string const> arguments)
{
    auto const options = parse_admin_options(watch_usage(), arguments);
    if (!options)
        return misused("watch", options.error().text);
    if (options->help)
        return print(watch_help());
    if (!options->words.empty())
        return misused("watch", quoted(options->words.front()) + " is one argument too many");
    auto const only = options->given.count("only") ? options->given["only"].as<std::vector<std::string>>()
                                                   : std::vector<std::string>();
    if (auto const wrong = unknown_kind(only))
        return misused("watch", *wrong);
    admin_link link(*options);
    if (auto const listening = link.listen("/events"); !listening)
        return report(listening.error());
    event_reader events;
    for (;;) {
        auto const bytes = link.next_bytes(std::nullopt);
        if (!bytes)
            return report(bytes.error());
        if (!*bytes)
            return report(
                failure{exit_status::failed, name_of(options->to) + ": the daemon has ended the events"});
        events.feed(**bytes);
        std::string text;
        while (auto const event = events.next()) {
            if (only.empty() || std::find(only.begin(), only.end(), event->name) != only.end())
                text += options->json ? json_line(*event) : line_of(*event);
        }
        if (auto const printed = print(text); printed != exit_status::done)
            return printed;
    }
}

std::string watch_help()
{
    return help_of(watch_usage());
}

} // namespace polyport::client
