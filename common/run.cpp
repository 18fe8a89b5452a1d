// SPDX-License-Identifier: BSL-1.0
#include "common/run.hpp"

#include "common/access/explain.hpp"
#include "common/access/rule_check.hpp"
#include "common/daemon.hpp"
#include "common/inherited_sockets.hpp"
#include "common/privileges.hpp"
#include "common/ready_report.hpp"
#include "common/resource_limits.hpp"
#include "common/service_manager.hpp"
#include "common/settings.hpp"
#include "common/version.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

namespace polyport {
namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int used_wrongly = 2;

constexpr std::string_view nothing_to_do = "no service is enabled; name at least one, such as\n"
                                           "    polyportd --tcp-uppercase 8000\n"
                                           "    polyportd --http 8080 --http-root /srv/www\n"
                                           "and see polyportd --help for all";

struct configuration {
    server_settings server;
    std::vector<enabled_endpoint> endpoints;
    std::list<service_instance> services;
    std::vector<option_in_force> in_force;
};

void complain(std::string_view sentence)
{
    std::fprintf(stderr, "polyportd: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
}

std::size_t terminal_width()
{
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void print_help(option_set const& options)
{
    std::printf("Usage: polyportd [--config FILE] --SERVICE ENDPOINT … [OPTION…]\n"
                "Serves TCP, UDP, UNIX sockets and HTTP with CGI from one process.\n\n%s",
                options.help_text(terminal_width()).c_str());
}

/// The file of the launch report, for as long as the daemon runs.
class ready_file {
public:
    ready_file(std::string path, std::string_view report) : path_(std::move(path))
    {
        if (!path_.empty())
            write_ready_file(path_, report);
    }
    ready_file(ready_file const&) = delete;
    ready_file& operator=(ready_file const&) = delete;
    ~ready_file()
    {
        if (!path_.empty())
            ::unlink(path_.c_str());
    }

private:
    std::string path_;
};

/// What options that are each in order still lack, as sentences.
std::vector<std::string> check(configuration const& configured)
{
    std::vector<std::string> problems;
    auto const& server = configured.server;
    auto warnings = check_rules(server.access.rules, server.access.default_allow);
    if (auto const identity = resolve_identity(server.user, server.group); !identity)
        problems.push_back(identity.error().text);
    for (auto const& service : configured.services) {
        auto const is_of_it = [&](enabled_endpoint const& e) { return e.service == service.name(); };
        if (!service.implementation || !std::ranges::any_of(configured.endpoints, is_of_it))
            continue;
        service.implementation->check(problems);
        service.implementation->check_access(server.access, problems, warnings);
    }
    for (auto const& sentence : warnings)
        complain("warning: " + sentence);
    return problems;
}

/// Answers --explain: which access rule decides.
bool explain(configuration const& configured, std::vector<std::string> const& questions)
{
    auto const& access = configured.server.access;
    for (auto const& text : questions) {
        auto const asked = parse_access_question(text, access.services);
        if (!asked)
            return complain("command line: --explain: " + asked.error().text), false;
        auto satisfy = satisfy_mode::any;
        for (auto const& service : configured.services)
            if (service.name() == asked->service.name && service.implementation)
                satisfy = service.implementation->satisfy_at(asked->host, asked->path);
        std::fputs(explain_access(*asked, access.rules, access.default_allow, satisfy).text.c_str(), stdout);
    }
    return true;
}

/// Becomes what it shall be for good, says that it is ready, and serves.
int serve(configuration& configured, inherited_sockets& inherited, logger& log)
{
    auto const& settings = configured.server;
    auto const identity = resolve_identity(settings.user, settings.group).value();
    auto const descriptors = raise_descriptor_limit();
    if (!descriptors)
        log.warning("descriptor-limit", {{"reason", descriptors.error().message()}});

    runtime owner(settings, log, descriptors ? descriptors->initial : RLIM_INFINITY);
    daemon server(owner, configured.services, configured.in_force);
    server.open(configured.endpoints, inherited);
    for (auto const& name : inherited.close_unclaimed())
        log.warning("socket-unclaimed", {{"name", name}, {"remedy", "use it as fd:NAME, or do not pass it"}});
    if (identity)
        drop_privileges(*identity).value();

    auto const endpoints = server.endpoints();
    auto const report = ready_report(::getpid(), version, endpoints);
    for (auto const& e : endpoints)
        log.info("listening",
                 {{"service", e.service}, {"transport", e.transport}, {"address", e.address.to_string()}});
    ready_file const file(settings.ready_file, report);
    if (settings.ready_fd)
        write_ready_fd(static_cast<int>(*settings.ready_fd), report);
    notify_service_manager("READY=1");
    log.info("ready", {{"version", version}, {"pid", ::getpid()}, {"endpoints", endpoints.size()}});

    bool const clean = server.run();
    log.info("stopped", {{"connections", owner.connections().accepted()}});
    return clean ? done : failed;
}

} // namespace

int run(int argc, char const* const* argv, std::span<service_definition const> services)
{
    std::signal(SIGPIPE, SIG_IGN); // a peer or a pipe that is gone is an error of write, not the end
    try {
        configuration configured;
        option_set options;
        begin_service_group(options);
        for (auto const& s : services)
            configured.server.access.services.push_back({std::string(s.name), s.has_paths});
        for (auto const& s : services)
            declare_service(options, s.name, s.metavar, s.summary, configured.endpoints, s.example);
        declare(options, configured.server);
        for (auto const& s : services) {
            auto const* const make = std::get_if<service_factory>(&s.implementation);
            configured.services.push_back({s, make ? (*make)(options) : nullptr});
        }

        auto const given = options.parse(argc, argv);
        if (given.help)
            return print_help(options), done;
        if (given.version)
            return std::printf("polyportd %s\n", std::string(version).c_str()), done;
        for (auto const& sentence : given.problems)
            complain(sentence);
        if (!given.problems.empty())
            return used_wrongly;
        if (configured.endpoints.empty())
            return complain(nothing_to_do), used_wrongly;
        auto const unfit = check(configured);
        for (auto const& sentence : unfit)
            complain(sentence);
        if (!unfit.empty())
            return used_wrongly;
        if (!given.questions.empty())
            return explain(configured, given.questions) ? done : used_wrongly;
        if (given.check)
            return std::printf("polyportd: the configuration is in order\n"), done;

        configured.in_force = options.in_force(given);

        // Before anything else opens a descriptor, which LISTEN_FDS could then seem to speak of.
        auto inherited = inherited_sockets::from_environment().value();
        logger log(configured.server.log);
        return serve(configured, inherited, log);
    } catch (start_error const& error) {
        complain(error.what());
    } catch (std::exception const& error) {
        complain(std::string("unexpected failure: ") + error.what());
    }
    return failed;
}

} // namespace polyport
