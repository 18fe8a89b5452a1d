// SPDX-License-Identifier: BSL-1.0
#include "common/access/access_settings.hpp"

#include "common/options.hpp"
#include "common/quoted.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace polyport {
namespace {

constexpr std::uint32_t most_connections = 1'000'000;

checked<rate> read_rate(std::string_view text)
{
    return parse_rate(text);
}

checked<std::uint32_t> read_count(std::string_view text)
{
    return parse_number<std::uint32_t>(text, 0, most_connections);
}

checked<std::uint32_t> read_limit(std::string_view text)
{
    return parse_number<std::uint32_t>(text, 1, most_connections);
}

checked<std::uint64_t> read_byte_rate(std::string_view text)
{
    auto size = parse_size(text);
    if (size && *size != 0 && *size < 1024)
        return problem{quoted(text) + " is out of range: write 0 for no limit, or 1k at the least"};
    return size;
}

/// `VALUE` into `all`, `SERVICE=VALUE` into `own`.
template <class T, class Parse>
option_binding bind_per_service(T& all, std::map<std::string, T, std::less<>>& own,
                                std::vector<known_service> const& services, Parse parse,
                                std::string default_text, std::string range)
{
    option_binding made;
    auto const given = std::make_shared<std::set<std::string>>();
    made.repeatable = true;
    made.defaults = {std::move(default_text)};
    made.range = std::move(range);
    made.reset = [&all, &own, given, original = all] {
        given->clear();
        all = original;
        own.clear();
    };
    made.apply = [&all, &own, &services, given, parse](option_value const& value) -> checked<void> {
        auto const equals = value.text.find('=');
        std::string const service(equals == std::string_view::npos ? std::string_view()
                                                                   : value.text.substr(0, equals));
        bool const known = service.empty() || std::ranges::any_of(services, [&](known_service const& s) {
                               return s.name == service;
                           });
        if (!known)
            return problem{quoted(value.text) + ": " + quoted(service) +
                           " is not a service: write SERVICE=VALUE with "
                           "one that --help lists"};
        auto read = parse(equals == std::string_view::npos ? value.text : value.text.substr(equals + 1));
        if (!read)
            return read.error();
        if (!given->insert(service).second)
            return problem{quoted(value.text) + " is a second value for " +
                           (service.empty() ? "all services" : service) + ": give one"};
        (service.empty() ? all : own[service]) = *read;
        return {};
    };
    return made;
}

template <class T, class Parse>
option_binding bind_per_service(per_service<T>& target, std::vector<known_service> const& services,
                                Parse parse, std::string range)
{
    return bind_per_service(target.all, target.own, services, parse, "0", std::move(range));
}

option_binding bind_rules(access_settings& settings)
{
    option_binding made;
    made.repeatable = true;
    made.adds_up = true; // one more rule must not open what those of the file keep closed
    auto const in_front = std::make_shared<std::ptrdiff_t>(0);
    made.reset = [&settings, in_front] {
        *in_front = 0;
        settings.rules.clear();
    };
    made.apply = [&settings, in_front](option_value const& value) -> checked<void> {
        auto rule = parse_access_rule(value.text, settings.services);
        if (!rule)
            return rule.error();
        rule->origin = value.origin;
        auto& rules = settings.rules;
        if (value.origin == command_line_origin)
            rules.insert(rules.begin() + (*in_front)++, std::move(*rule));
        else
            rules.push_back(std::move(*rule));
        return {};
    };
    return made;
}

option_binding bind_exempt(std::vector<address_range>& ranges)
{
    option_binding made;
    made.repeatable = true;
    made.reset = [&ranges] { ranges.clear(); };
    made.apply = [&ranges](option_value const& value) -> checked<void> {
        auto const subjects = parse_access_subject(value.text);
        if (!subjects || subjects->front().what != access_subject::kind::address)
            return problem{quoted(value.text) +
                           " is not a range of addresses: write loopback, 192.0.2.7 or 10.0.0.0/8"};
        for (auto const& subject : *subjects)
            ranges.push_back(subject.range);
        return {};
    };
    return made;
}

} // namespace

void declare(option_set& options, access_settings& settings, std::uint32_t& max_connections)
{
    options.group("Limits",
                  "After SERVICE= a limit holds for that service. One source is one IPv4 address, or one "
                  "/64 of IPv6. A rate is 10/s, 600/m or 100/h; 10/s:50 lets 50 come at once.");
    options.add("max-connections", "[SERVICE=]N",
                "serve at most this many connections at a time; others wait in the backlog",
                bind_per_service(max_connections, settings.max_connections, settings.services, read_limit,
                                 std::to_string(max_connections), "1 to 1000000"));
    options.add("max-connections-per-ip", "[SERVICE=]N",
                "close further connections of a source that has this many; 0 sets no limit",
                bind_per_service(settings.connections_per_ip, settings.services, read_count, "0 to 1000000"));
    options.add("connection-rate", "[SERVICE=]RATE",
                "close new connections of a source that come faster; 0 sets no limit",
                bind_per_service(settings.connection_rate, settings.services, read_rate, ""));
    options.add("datagram-rate", "[SERVICE=]RATE",
                "drop datagrams of a source that come faster; 0 sets no limit",
                bind_per_service(settings.datagram_rate, settings.services, read_rate, ""));
    options.add("rate-limit", "[SERVICE=]SIZE",
                "bytes a second that are sent on one connection, 1k or more; 0 sets no limit",
                bind_per_service(settings.byte_rate, settings.services, read_byte_rate, ""));
    options
        .add("limit-exempt", "RANGE",
             "sources without limits of their own: loopback, 192.0.2.7 or 10.0.0.0/8",
             bind_exempt(settings.exempt))
        .with_example("loopback");

    options.group("Access",
                  "A rule is ACTION SERVICE [PREFIX] WHOM…: allow or deny; a service or all, and for http "
                  "perhaps a prefix of URLs; all, addresses, domain names (host.example.org, "
                  ".example.org), unix, unix:uid=NAME, unix:gid=NAME, and for http user:NAME, user:* or "
                  "group:NAME. The first that matches decides. --explain 'SERVICE [PATH] CLIENT' tells "
                  "which.");
    options.add("access", "RULE", "who may come in; http-access leaves out the service", bind_rules(settings))
        .with_alias("http-access", rule_of_http)
        .with_example("deny http /private/ 10.0.0.0/8");
    options.add("access-default", "ACTION", "what holds where no rule matches",
                bind_choice<bool>(settings.default_allow, {{"allow", true}, {"deny", false}}));
}

} // namespace polyport
