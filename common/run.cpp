// SPDX-License-Identifier: BSL-1.0
#include "common/run.hpp"

#include "common/access/explain.hpp"
#include "common/access/rule_check.hpp"
#include "common/daemon.hpp"
#include "common/endpoint_check.hpp"
#include "common/inherited_sockets.hpp"
#include "common/privileges.hpp"
#include "common/quoted.hpp"
#include "common/ready_report.hpp"
#include "common/resource_limits.hpp"
#include "common/service_manager.hpp"
#include "common/settings.hpp"
#include "common/version.hpp"
#include "common/worker_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

namespace polyport {
namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int used_wrongly = 2;

struct configuration {
    server_settings server;
    std::vector<enabled_endpoint> endpoints;
    std::list<service_instance> services;
    std::vector<option_in_force> in_force;
};

/// What the program was started as: messages begin with it.
std::string name_of_program(int argc, char const* const* argv)
{
    std::string_view const path = argc > 0 ? argv[0] : "";
    std::string_view const name = path.substr(path.rfind('/') + 1); // npos + 1 is 0
    return std::string(name.empty() ? "polyportd" : name);
}

void complain(std::string_view program, std::string_view sentence)
{
    std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(program.size()), program.data(),
                 static_cast<int>(sentence.size()), sentence.data());
}

/// What to say when no service is enabled.
std::string nothing_to_do(std::string const& program, std::vector<service_definition> const& services,
                          std::string const& config_file)
{
    if (services.empty())
        return "this program was built without services; give run() at least one row";
    auto const& first = services.front();
    auto const example = first.metavar == "PATH" ? " ./" + std::string(first.name) + ".sock" : " 8000";
    auto const where =
        config_file.empty() ? "" : ", neither in " + quoted(config_file) + " nor on the command line";
    return "no service is enabled" + where + "; name at least one, such as\n    " + program + " --" +
           std::string(first.name) + example + "\nand see " + program + " --help for all";
}

std::optional<std::string_view> name_given_twice(std::vector<service_definition> const& services)
{
    for (auto row = services.begin(); row != services.end(); ++row)
        if (std::find_if(services.begin(), row, [&](auto const& other) { return other.name == row->name; }) !=
            row)
            return row->name;
    return std::nullopt;
}

std::size_t terminal_width()
{
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// The status of a call whose answer is on standard output, which may be a file on a full disk.
int answered(std::string const& program)
{
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
        return done;
    complain(program, std::string("standard output: cannot be written: ") + std::strerror(errno));
    return failed;
}

void print_help(std::string const& program, option_set const& options)
{
    std::printf("Usage: %s [--config FILE] --SERVICE ENDPOINT … [OPTION…]\n"
                "Serves each endpoint that an option names, all from one process.\n\n%s",
                program.c_str(), options.help_text(terminal_width()).c_str());
}

void print_version(std::string const& program)
{
    bool const ours = program == "polyportd";
    std::printf(ours ? "%s %s\n" : "%s (polyport %s)\n", program.c_str(), std::string(version).c_str());
}

/// The file of the launch report, for as long as the daemon runs.
class ready_file {
public:
    /// Takes away what a daemon that was killed has left there.
    explicit ready_file(std::string path) : path_(std::move(path))
    {
        if (!path_.empty())
            remove_stale_ready_file(path_);
    }
    void write(std::string_view report)
    {
        if (path_.empty())
            return;
        write_ready_file(path_, report);
        written_ = true;
    }
    ready_file(ready_file const&) = delete;
    ready_file& operator=(ready_file const&) = delete;
    ~ready_file() { remove(); }
    void remove()
    {
        if (std::exchange(written_, false))
            ::unlink(path_.c_str());
    }

private:
    std::string path_;
    bool written_ = false;
};

/// What options that are each in order still lack, as sentences.
std::vector<std::string> check(std::string const& program, configuration& configured)
{
    auto& server = configured.server;
    std::vector<endpoint_user> users;
    for (auto const& service : configured.services)
        users.push_back({std::string(service.name()), service.definition.reached_by});
    auto problems = check_endpoints(configured.endpoints, users);
    auto warnings = check_rules(server.access.rules, server.access.default_allow);
    if (auto const identity = resolve_identity(server.user, server.group); !identity)
        problems.push_back(identity.error().text);
    else if (*identity)
        server.access.can_read = [who = **identity](std::string const& path) {
            return can_read_as(who, path);
        };
    for (auto const& service : configured.services) {
        auto const is_of_it = [&](enabled_endpoint const& e) { return e.service == service.name(); };
        if (!service.implementation || !std::ranges::any_of(configured.endpoints, is_of_it))
            continue;
        service.implementation->check(problems);
        service.implementation->check_access(server.access, problems, warnings);
    }
    for (auto const& sentence : warnings)
        complain(program, "warning: " + sentence);
    return problems;
}

/// Answers --explain: which access rule decides.
bool explain(std::string const& program, configuration const& configured,
             std::vector<std::string> const& questions)
{
    auto const& access = configured.server.access;
    auto const implementation_of = [&](std::string_view name) {
        service_base const* found = nullptr;
        for (auto const& service : configured.services)
            if (service.name() == name)
                found = service.implementation.get();
        return found;
    };
    auto const place_of = [&](std::string_view name, std::string_view target) {
        auto const* const service = implementation_of(name);
        return service ? service->place_of(target) : parse_url_prefix(target);
    };
    for (auto const& text : questions) {
        auto const asked = parse_access_question(text, access.services, place_of);
        if (!asked)
            return complain(program, "command line: --explain: " + asked.error().text), false;
        auto const* const service = implementation_of(asked->service.name);
        auto const satisfy = service ? service->satisfy_at(asked->host, asked->path) : satisfy_mode::any;
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

    ready_file file(settings.ready_file);
    runtime owner(settings, log, descriptors ? descriptors->initial : RLIM_INFINITY);
    daemon server(owner, configured.services, configured.in_force);
    server.open(configured.endpoints, inherited);
    for (auto const& name : inherited.close_unclaimed())
        log.warning("socket-unclaimed", {{"name", name}, {"remedy", "use it as fd:NAME, or do not pass it"}});
    if (identity)
        drop_privileges(*identity).value();

    auto const endpoints = server.endpoints();
    auto const report = ready_report(::getpid(), version, endpoints);
    file.write(report);
    if (settings.ready_fd)
        write_ready_fd(static_cast<int>(*settings.ready_fd), report);
    for (auto const& e : endpoints)
        log.info("listening",
                 {{"service", e.service}, {"transport", e.transport}, {"address", e.address.raw()}});
    notify_service_manager("READY=1");
    log.info("ready", {{"version", version}, {"pid", ::getpid()}, {"endpoints", endpoints.size()}});

    bool const clean = server.run();
    log.info("stopped", {{"connections", owner.connections().accepted()}});
    if (owner.background().jobs() > 0) {
        // A thread that does not return cannot be ended but with the process, and uses what would go now.
        file.remove();
        log.flush();
        std::_Exit(failed);
    }
    return clean ? done : failed;
}

} // namespace

int run_services(int argc, char const* const* argv, service_rows const& services)
{
    std::signal(SIGPIPE, SIG_IGN); // a peer or a pipe that is gone is an error of write, not the end
    auto const program = name_of_program(argc, argv);
    try {
        if (auto const twice = name_given_twice(services.all()))
            return complain(program, "two of the rows that run() is given are called " + quoted(*twice) +
                                         "; give each service a name of its own"),
                   failed;
        configuration configured;
        option_set options;
        begin_service_group(options);
        for (auto const& row : services.all()) {
            configured.server.access.services.push_back({std::string(row.name), row.has_paths});
            declare_service(options, row.name, row.metavar, row.summary, configured.endpoints, row.example);
        }
        declare(options, configured.server);
        for (auto const& row : services.all())
            configured.services.push_back(make_instance(row, options));

        auto const given = options.parse(argc, argv);
        if (given.help)
            return print_help(program, options), answered(program);
        if (given.version)
            return print_version(program), answered(program);
        for (auto const& sentence : given.problems)
            complain(program, sentence);
        if (!given.problems.empty())
            return used_wrongly;
        if (configured.endpoints.empty())
            return complain(program, nothing_to_do(program, services.all(), given.config_file)), used_wrongly;
        auto const unfit = check(program, configured);
        for (auto const& sentence : unfit)
            complain(program, sentence);
        if (!unfit.empty())
            return used_wrongly;
        if (!given.questions.empty())
            return explain(program, configured, given.questions) ? answered(program) : used_wrongly;
        if (given.check) {
            for (auto const& sentence : missing_folders(configured.endpoints, configured.server))
                complain(program, "warning: " + sentence);
            return std::printf("%s: the configuration is in order\n", program.c_str()), answered(program);
        }

        configured.in_force = options.in_force(given);

        // Before anything else opens a descriptor, which LISTEN_FDS could then seem to speak of.
        auto inherited = inherited_sockets::from_environment().value();
        logger log(configured.server.log);
        return serve(configured, inherited, log);
    } catch (start_error const& error) {
        complain(program, error.what());
    } catch (std::exception const& error) {
        complain(program, std::string("unexpected failure: ") + error.what());
    }
    return failed;
}

} // namespace polyport
