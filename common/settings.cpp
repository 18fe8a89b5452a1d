// SPDX-License-Identifier: BSL-1.0
#include "common/settings.hpp"

#include "common/quoted.hpp"

#include <fcntl.h>

namespace polyport {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

checked<std::optional<std::uint32_t>> parse_descriptor(std::string_view text)
{
    auto const number = parse_number<std::uint32_t>(text, 1, 1'000'000);
    if (!number)
        return number.error();
    if (::fcntl(static_cast<int>(*number), F_GETFD) < 0)
        return problem{"descriptor " + quoted(text) +
                       " is not open: let the program that starts the daemon open it, "
                       "such as " +
                       std::string(text) + ">ready.json in a shell"};
    return std::optional{*number};
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

void declare_limits(option_set& options, server_settings& settings)
{
    declare(options, settings.access, settings.max_connections);
    declare(options, settings.dns);
    options.group("Limits");
    options.add("backlog", "N", "connections that the kernel holds for each listener until they are accepted",
                bind_number(settings.backlog, 1, 65'535));
    options.add("idle-timeout", "T", "end a connection on which nothing has come or gone for so long",
                bind_duration(settings.idle_timeout, 10ms, 24h));
    options.add("write-timeout", "T", "end a connection whose peer has not read for so long",
                bind_duration(settings.write_timeout, 10ms, 24h));
    options.add(
        "tcp-keepalive", "T",
        "probe a TCP peer that has been silent for so long, to find out if it has vanished; 0 for never",
        bind_duration(settings.tcp_keepalive, 0ms, 9h));
    options.add("tcp-keepalive-interval", "T", "time between such probes",
                bind_duration(settings.tcp_keepalive_interval, 1s, 9h));
    options.add("tcp-keepalive-probes", "N", "probes without an answer after which the peer has vanished",
                bind_number(settings.tcp_keepalive_probes, 1, 127));
    options.add(
        "tcp-user-timeout", "T",
        "give up a TCP peer that has not acknowledged data for so long; 0 leaves it to the kernel, which "
        "takes about 15 minutes",
        bind_duration(settings.tcp_user_timeout, 0ms, 24h));
    options.add("drain-timeout", "T", "at shutdown, wait so long for busy connections before they are cut",
                bind_duration(settings.drain_timeout, 0ms, 24h));
    options.add("flows-max", "N", "datagram peers to keep in the table; the least recently seen leaves first",
                bind_number(settings.flows_max, 1, 1'000'000));
    options.add("flow-idle-timeout", "T", "forget a datagram peer that has been silent for so long",
                bind_duration(settings.flow_idle_timeout, 10ms, 24h));
}

void declare_process(option_set& options, server_settings& settings)
{
    options.group("Process");
    options
        .add("ready-file", "FILE", "once all endpoints are bound, write them to FILE as one line of JSON",
             bind_file_name(settings.ready_file))
        .with_example("/run/polyport/ready.json");
    options
        .add("ready-fd", "N", "the same to the open descriptor N, which is then closed",
             bind_value(settings.ready_fd, parse_descriptor))
        .with_example("3");
    options
        .add("user", "NAME", "become this user once all endpoints are bound",
             bind_value(settings.user, parse_user))
        .with_example("nobody");
    options
        .add("group", "NAME", "become this group; without it, the user's own",
             bind_value(settings.group, parse_group))
        .with_example("nogroup");
    options.add("socket-mode", "MODE", "permissions of UNIX sockets that have a path, in octal",
                bind_mode(settings.socket_mode));
    options
        .add("socket-owner", "OWNER", "owner of UNIX sockets that have a path: USER, USER:GROUP or :GROUP",
             bind_value(settings.socket_owner, parse_owner))
        .with_example("root:root");
}

void declare_log(option_set& options, log_settings& log)
{
    options.group("Logging");
    options.add("log-level", "LEVEL", "leave out what is less important",
                bind_choice<log_level>(log.level, {{"trace", log_level::trace},
                                                   {"debug", log_level::debug},
                                                   {"info", log_level::info},
                                                   {"warning", log_level::warning},
                                                   {"error", log_level::error}}));
    options.add(
        "log-format", "FORMAT", "text for people, or JSON, one object a line, for programs",
        bind_choice<log_format>(log.format, {{"text", log_format::text}, {"json", log_format::json}}));
    options
        .add("log-file", "FILE", "append to FILE in place of standard error; SIGHUP opens it anew",
             bind_file_name(log.file))
        .with_example("/var/log/polyport/polyport.log");
    options
        .add("access-log", "FILE", "append a line for each HTTP request to FILE; - is standard output",
             bind_file_name(log.access_file))
        .with_example("/var/log/polyport/access.log");
    options.add("access-log-format", "FORMAT", "the form of those lines",
                bind_choice<access_log_format>(log.access_format, {{"common", access_log_format::common},
                                                                   {"combined", access_log_format::combined},
                                                                   {"json", access_log_format::json}}));
}

} // namespace

void declare(option_set& options, server_settings& settings)
{
    declare_limits(options, settings);
    declare_process(options, settings);
    declare_log(options, settings.log);
}

void begin_service_group(option_set& options)
{
    options.group("Services",
                  "ADDR is 8000 (on 127.0.0.1 only), *:8000 (on every "
                  "address), 192.0.2.1:8000, [::1]:8000, localhost:8000, /run/x.sock or ./x.sock (a UNIX "
                  "socket), @name (an abstract one), or fd:NAME (passed by the service manager). Port 0 "
                  "lets the kernel choose.");
}

option& declare_service(option_set& options, std::string_view service, std::string_view metavar,
                        std::string_view summary, std::vector<enabled_endpoint>& endpoints,
                        std::string_view example)
{
    std::string const name(service);
    option_binding binding;
    binding.repeatable = true;
    binding.reset = [name, &endpoints] {
        std::erase_if(endpoints, [&](enabled_endpoint const& endpoint) { return endpoint.service == name; });
    };
    binding.apply = [name, &endpoints](option_value const& value) -> checked<void> {
        checked<endpoint_spec> where = parse_endpoint(value.text);
        if (!where)
            return where.error();
        endpoints.push_back({name, std::move(*where), std::string(value.origin)});
        return {};
    };
    option& added = options.add(name, std::string(metavar), std::string(summary), std::move(binding));
    if (!example.empty())
        return added.with_example(std::string(example));
    return added.with_example(metavar == "PATH" ? "/run/polyport/" + name + ".sock" : "127.0.0.1:8000");
}

} // namespace polyport
