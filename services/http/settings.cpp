// SPDX-License-Identifier: BSL-1.0
#include "services/http/settings.hpp"

#include "common/accounts.hpp"
#include "common/option_values.hpp"
#include "common/quoted.hpp"
#include "services/http/prefix_options.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include <unistd.h>

namespace polyport::http {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;
constexpr auto day = std::chrono::milliseconds{24h};

checked<cgi_rule> parse_runnable_rule(std::string_view text)
{
    checked<cgi_rule> rule = parse_cgi_rule(text);
    if (rule && rule->type == cgi_rule::kind::extension && ::access(rule->interpreter.c_str(), X_OK) != 0)
        return problem{quoted(text) + ": the interpreter " + quoted(rule->interpreter) +
                       " cannot be run: " + error_code(errno, boost::system::system_category()).message() +
                       "; install it or name another"};
    return rule;
}

checked<void> check_rules(std::vector<cgi_rule> const& rules)
{
    auto const is_off = [](cgi_rule const& rule) { return rule.type == cgi_rule::kind::off; };
    if (rules.size() > 1 && std::any_of(rules.begin(), rules.end(), is_off))
        return problem{"http-cgi: off stands beside other rules: give off alone, or leave it out"};
    return {};
}

checked<void> check_all_rules(settings const& http)
{
    auto checked_whole = check_rules(http.cgi.rules);
    for (auto const& [prefix, own] : http.below)
        if (checked_whole && own.cgi_rules)
            checked_whole = check_rules(*own.cgi_rules);
    return checked_whole;
}

checked<std::string> parse_user(std::string_view text)
{
    if (auto const id = user_id(text); !id)
        return id.error();
    return {boost::system::in_place_value, text};
}

checked<std::string> parse_group(std::string_view text)
{
    if (auto const id = group_id(text); !id)
        return id.error();
    return {boost::system::in_place_value, text};
}

/// The default may stand above a smaller head, which then is the limit.
checked<void> check_target_fits(request_limits const& limits)
{
    if (limits.max_target < limits.max_header_bytes || limits.max_target == request_limits{}.max_target)
        return {};
    return problem{"http-max-target: no target can be of " + std::to_string(limits.max_target) +
                   " bytes, since http-max-header-bytes allows " + std::to_string(limits.max_header_bytes) +
                   " for the whole head: raise that one, or lower this one"};
}

void declare_limits(option_set& options, request_limits& limits)
{
    options.group("HTTP limits");
    options.add("http-max-header-bytes", "SIZE", "the request line and all fields together",
                bind_size(limits.max_header_bytes, 1 * kib, 48 * kib));
    options.add("http-max-header-fields", "N", "fields of one request",
                bind_number(limits.max_header_fields, 1, 200));
    options.add("http-max-target", "SIZE", "the target in the request line, with its query",
                bind_size(limits.max_target, 64, 48 * kib));
    options.add_check([&limits] { return check_target_fits(limits); });
    options.add("http-max-requests", "N", "requests on one connection before it is closed; 0 sets no limit",
                bind_number(limits.max_requests, 0, 1'000'000'000));
    options.add("http-max-body", "SIZE", "the body of one request",
                bind_size(limits.max_body, 0, 1024 * gib));
    options.add("http-header-timeout", "T", "time for the whole header of a request",
                bind_duration(limits.header_timeout, 10ms, day));
    options.add("http-body-timeout", "T", "time without a byte of a body that is being read",
                bind_duration(limits.body_timeout, 10ms, day));
    options.add("http-min-body-rate", "SIZE", "bytes a second that a body must keep up; 0 asks for none",
                bind_size(limits.min_body_rate, 0, 1 * gib));
    options.add("http-keep-alive-timeout", "T", "time between two requests of a connection",
                bind_duration(limits.keep_alive_timeout, 10ms, day));
}

option_binding bind_cgi_rules(std::vector<cgi_rule>& rules)
{
    return bind_list(rules, parse_runnable_rule, {"executable"});
}

// Who is not root any more cannot make somebody else of a program.
checked<void> check_daemon_stays_root(cgi_settings const& cgi, std::string const& daemon_user)
{
    if (cgi.user.empty() || daemon_user.empty())
        return {};
    auto const id = user_id(daemon_user);
    if (!id || *id == 0)
        return {};
    return problem{
        "http-cgi-user: programs cannot be given a user, because the daemon does not stay root: leave "
        "out --user, or --http-cgi-user and --http-cgi-group"};
}

/// Stores what an option of the daemon's own is set to.
void follow(option_set& options, std::string_view name, std::shared_ptr<std::string> const& value)
{
    option* const followed = options.find(name);
    if (!followed)
        return;
    followed->binding.apply = [value, apply = std::move(followed->binding.apply)](option_value const& given) {
        *value = given.text;
        return apply(given);
    };
}

void declare_cgi(option_set& options, settings& http)
{
    auto& cgi = http.cgi;
    options.group("CGI",
                  "A program that answers requests, as RFC 3875 describes it. A file for which no rule "
                  "holds is sent as it is.");
    options.add(
        "http-cgi", "[PREFIX=]RULE",
        "what is run: executable (every executable file), /PREFIX/ (all below it), .EXT=INTERPRETER, or off",
        per_prefix(bind_cgi_rules, cgi.rules, http.below, &directory_settings::cgi_rules));
    options.add_check([&http] { return check_all_rules(http); });
    options
        .add("http-cgi-env", "NAME", "pass on this variable of the daemon's environment, besides PATH",
             bind_list(cgi.env, parse_passed_variable))
        .with_example("LANG");
    options.add(
        "http-cgi-body", "HOW",
        "auto: collect a body of unknown length first, so that the program learns its length; stream: hand "
        "over each byte as it comes",
        bind_choice<cgi_body>(cgi.body, {{"auto", cgi_body::automatic}, {"stream", cgi_body::stream}}));
    options.add("http-cgi-max-header-bytes", "SIZE", "the header that a program prints",
                bind_size(cgi.max_header_bytes, 1 * kib, 1 * mib));
    options.add("http-cgi-timeout", "T", "time for a whole run; 0 sets no limit",
                bind_duration(cgi.timeout, 0ms, 7 * day));
    options.add("http-cgi-idle-timeout", "T", "time in which neither input nor output moves; 0 sets no limit",
                bind_duration(cgi.idle_timeout, 0ms, 7 * day));
    options.add("http-cgi-kill-grace", "T",
                "time between asking a program to end (SIGTERM) and ending it (SIGKILL)",
                bind_duration(cgi.kill_grace, 0ms, 1h));
    options.add("http-cgi-output-grace", "T",
                "time in which programs that a finished program has left behind may go on with its output; 0 "
                "waits for their end",
                bind_duration(cgi.output_grace, 0ms, 7 * day));
    options.add("http-cgi-max", "N", "programs at a time; 0 stands for 16 for each processor",
                bind_number(cgi.max, 0, 100'000));
    options.add("http-cgi-max-per-ip", "N", "programs at a time for one client address; 0 sets no limit",
                bind_number(cgi.max_per_ip, 0, 100'000));
    options.add("http-cgi-queue", "N", "requests that wait for their turn; more get 503",
                bind_number(cgi.queue, 0, 1'000'000));
    options.add("http-cgi-queue-timeout", "T", "time that a request waits for its turn before it gets 503",
                bind_duration(cgi.queue_timeout, 10ms, day));
    options.add("http-cgi-cpu", "T", "processor time of a program, in whole seconds; 0 sets no limit",
                bind_duration(cgi.cpu, 0ms, 7 * day));
    options.add("http-cgi-memory", "SIZE", "memory of a program; 0 sets no limit",
                bind_size(cgi.memory, 0, 1024 * gib));
    options.add("http-cgi-files", "N", "open files of a program; 0 sets no limit",
                bind_number(cgi.files, 0, 1'000'000'000));
    options.add("http-cgi-processes", "N", "processes of the program's user; 0 sets no limit",
                bind_number(cgi.processes, 0, 1'000'000'000));
    options.add("http-cgi-umask", "MODE", "permissions that files of a program do not get, in octal",
                bind_mode(cgi.umask));
    options
        .add("http-cgi-user", "NAME",
             "run programs as this user; the daemon must be root and stay so, and a start takes longer the "
             "more memory it has",
             bind_value(cgi.user, parse_user))
        .with_example("nobody");
    options
        .add("http-cgi-group", "NAME", "run programs as this group; without it, the user's own",
             bind_value(cgi.group, parse_group))
        .with_example("nogroup");
    auto const daemon_user = std::make_shared<std::string>();
    follow(options, "user", daemon_user);
    options.add_check([&cgi, daemon_user] { return check_daemon_stays_root(cgi, *daemon_user); });
}

/// `Port=80` meant every address.
checked<std::string> endpoint_of_port(std::string_view text)
{
    auto const port = parse_number<std::uint16_t>(text);
    if (!port)
        return port.error();
    return {boost::system::in_place_value, "*:" + std::to_string(*port)};
}

} // namespace

void declare(option_set& options, settings& settings)
{
    declare_files(options, settings);
    declare_access(options, settings);
    declare_limits(options, settings.limits);
    declare_cgi(options, settings);
}

void declare_old_names(option_set& options)
{
    if (option* const http = options.find("http"))
        http->with_alias("Port", endpoint_of_port).with_example("127.0.0.1:8080");
    if (option* const root = options.find("http-root"))
        root->with_alias("Directory");
}

} // namespace polyport::http
