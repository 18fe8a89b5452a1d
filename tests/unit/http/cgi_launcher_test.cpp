// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/launcher.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace polyport;
using namespace polyport::cgi;

namespace {

void wait_for(int fd, short events)
{
    pollfd one{fd, events, 0};
    BOOST_REQUIRE(::poll(&one, 1, 60'000) == 1);
}

std::string read_all(unique_fd const& from)
{
    std::string all;
    char buffer[4096];
    for (;;) {
        ssize_t const count = ::read(from.get(), buffer, sizeof buffer);
        if (count == 0)
            return all;
        if (count < 0) {
            BOOST_REQUIRE(errno == EAGAIN);
            wait_for(from.get(), POLLIN);
            continue;
        }
        all.append(buffer, static_cast<std::size_t>(count));
    }
}

exit_report end_of(process const& program)
{
    wait_for(program.handle.get(), POLLIN);
    BOOST_TEST(has_ended(program.handle.get()));
    auto const report = reap(program.pid);
    BOOST_REQUIRE(report.has_value());
    BOOST_REQUIRE(report->has_value());
    return **report;
}

boost::system::result<process, start_failure> start(launcher& with, std::vector<std::string> words,
                                                    bool has_input = false,
                                                    std::string const& directory = "/")
{
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string variable = "NAME=value";
    std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
    std::vector<char*> environment{variable.data(), path.data(), nullptr};
    launch what;
    what.program = arguments.front();
    what.arguments = arguments.data();
    what.environment = environment.data();
    what.directory = directory.c_str();
    what.has_input = has_input;
    return with.start(what);
}

struct ran {
    std::string output;
    std::string errors;
    exit_report report;
};

ran run_shell(launcher& with, std::string const& script)
{
    auto program = start(with, {"/bin/sh", "-c", script});
    BOOST_REQUIRE(program.has_value());
    ran result;
    result.output = read_all(program->output);
    result.errors = read_all(program->errors);
    result.report = end_of(*program);
    return result;
}

// What the shell itself opens to list the folder is gone by the time of the test.
std::string const list_descriptors = "for fd in /proc/$$/fd/*; do [ -e $fd ] && echo ${fd##*/}; done";

struct scratch {
    scratch()
    {
        char name[] = "/tmp/polyport-launcher-XXXXXX";
        BOOST_REQUIRE(::mkdtemp(name) != nullptr);
        folder = name;
    }
    ~scratch() { std::filesystem::remove_all(folder); }

    std::string file(std::string const& name, std::string_view text, bool executable = true) const
    {
        auto const path = folder / name;
        std::ofstream(path, std::ios::binary) << text;
        std::filesystem::permissions(path, std::filesystem::perms(executable ? 0755 : 0644));
        return path.string();
    }

    std::filesystem::path folder;
};

std::string failure_of(launcher& with, std::string const& path, std::string const& directory = "/")
{
    auto const program = start(with, {path}, false, directory);
    BOOST_REQUIRE(!program.has_value());
    return std::to_string(number(status_of(program.error()))) + " " +
           describe(program.error(), path, directory);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_launcher)

BOOST_AUTO_TEST_CASE(a_program_runs_with_its_arguments_and_nothing_but_its_environment)
{
    launcher with({});
    auto program = start(with, {"/usr/bin/env"});
    BOOST_REQUIRE(program.has_value());
    BOOST_TEST(read_all(program->output) == "NAME=value\nPATH=/usr/local/bin:/usr/bin:/bin\n");
    BOOST_TEST(read_all(program->errors).empty());
    BOOST_TEST(end_of(*program).success());

    program = start(with, {"/bin/sh", "-c", "pwd; echo \"$0 $1\" >&2", "zero", "one two"}, false, "/usr");
    BOOST_REQUIRE(program.has_value());
    BOOST_TEST(read_all(program->output) == "/usr\n");
    BOOST_TEST(read_all(program->errors) == "zero one two\n");
    BOOST_TEST(end_of(*program).success());
}

BOOST_AUTO_TEST_CASE(input_is_a_pipe_or_nothing)
{
    launcher with({});
    auto program = start(with, {"/bin/cat"}, true);
    BOOST_REQUIRE(program.has_value());
    BOOST_TEST(::write(program->input.get(), "hello", 5) == 5);
    program->input.reset();
    BOOST_TEST(read_all(program->output) == "hello");
    BOOST_TEST(end_of(*program).success());

    program = start(with, {"/bin/cat"});
    BOOST_REQUIRE(program.has_value());
    BOOST_TEST(!program->input);
    BOOST_TEST(read_all(program->output).empty());
    BOOST_TEST(end_of(*program).success());
    BOOST_TEST(run_shell(with, "readlink /proc/$$/fd/0").output == "/dev/null\n");
}

BOOST_AUTO_TEST_CASE(our_ends_do_not_block_and_the_programs_do)
{
    launcher with({});
    auto program = start(with, {"/bin/sh", "-c", "grep flags /proc/$$/fdinfo/0 /proc/$$/fdinfo/1"}, true);
    BOOST_REQUIRE(program.has_value());
    for (int const fd : {program->input.get(), program->output.get(), program->errors.get()}) {
        BOOST_TEST((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
        BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    }
    auto const flags = read_all(program->output);
    BOOST_TEST(flags.find("fdinfo/0:flags:\t00\n") != std::string::npos, flags);
    BOOST_TEST(flags.find("fdinfo/1:flags:\t01\n") != std::string::npos, flags);
    end_of(*program);
}

BOOST_AUTO_TEST_CASE(no_descriptor_but_three_reaches_the_program)
{
    launcher with({});
    int pair[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0); // not close-on-exec, and that on purpose
    unique_fd const one(pair[0]);
    unique_fd const other(pair[1]);
    unique_fd const high(::fcntl(pair[0], F_DUPFD, 500));
    auto const result = run_shell(with, list_descriptors);
    BOOST_TEST(result.output == "0\n1\n2\n");
    BOOST_TEST(result.errors.empty());
    // The daemon's own are as they were.
    BOOST_TEST(::write(pair[0], "x", 1) == 1);
}

BOOST_AUTO_TEST_CASE(signals_are_at_their_defaults)
{
    struct sigaction ignore{};
    struct sigaction before_pipe{};
    struct sigaction before_user{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &before_pipe);
    ignore.sa_handler = [](int) {};
    ::sigaction(SIGUSR2, &ignore, &before_user);
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGRTMAX);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);

    launcher with({});
    auto program = start(with, {"/bin/cat", "/proc/self/status"});
    BOOST_REQUIRE(program.has_value());
    auto const status = read_all(program->output);
    end_of(*program);

    sigset_t after;
    ::pthread_sigmask(SIG_SETMASK, &before, &after);
    BOOST_TEST(sigismember(&after, SIGUSR1) == 1);
    BOOST_TEST(sigismember(&after, SIGTERM) == 0);
    ::sigaction(SIGPIPE, &before_pipe, nullptr);
    ::sigaction(SIGUSR2, &before_user, nullptr);
    for (std::string_view const line :
         {"SigBlk:\t0000000000000000\n", "SigIgn:\t0000000000000000\n", "SigCgt:\t0000000000000000\n"})
        BOOST_TEST(status.find(line) != std::string::npos, status);
}

BOOST_AUTO_TEST_CASE(a_program_leads_its_own_session_with_the_given_umask_and_limits)
{
    launch_settings settings;
    settings.umask = 027;
    settings.limits.push_back({RLIMIT_NOFILE, {40, 50}});
    settings.limits.push_back({RLIMIT_CORE, {0, 0}});
    launcher with(std::move(settings));
    auto const result = run_shell(with, "umask; ulimit -Sn; ulimit -Hn; read -r _ _ _ parent group session _ "
                                        "</proc/$$/stat; [ $group = $$ ] && [ $session = $$ ] && echo leads");
    BOOST_TEST(result.output == "0027\n40\n50\nleads\n");
    mode_t const mine = ::umask(022);
    ::umask(mine);
    BOOST_TEST(mine != 027U);
}

BOOST_AUTO_TEST_CASE(the_end_is_reported_with_its_cause)
{
    launcher with({});
    BOOST_TEST(to_string(run_shell(with, "exit 3").report) == "exit 3");
    BOOST_TEST(!run_shell(with, "exit 3").report.success());
    BOOST_TEST(to_string(run_shell(with, "ulimit -c 0; kill -9 $$").report) == "signal 9 (KILL)");
    auto const busy = run_shell(with, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done").report;
    BOOST_TEST(busy.processor_time.count() > 0);
    BOOST_TEST(busy.success());
}

BOOST_AUTO_TEST_CASE(a_program_is_reaped_once)
{
    launcher with({});
    auto program = start(with, {"/bin/cat"}, true);
    BOOST_REQUIRE(program.has_value());
    BOOST_TEST(!has_ended(program->handle.get()));
    auto report = reap(program->pid);
    BOOST_REQUIRE(report.has_value());
    BOOST_TEST(!report->has_value());
    program->input.reset();
    BOOST_TEST(end_of(*program).success());
    report = reap(program->pid);
    BOOST_TEST(report.has_error());
}

BOOST_AUTO_TEST_CASE(a_signal_reaches_the_whole_group)
{
    launcher with({});
    auto program = start(with, {"/bin/sh", "-c", "sleep 1000 & echo ready; wait"});
    BOOST_REQUIRE(program.has_value());
    wait_for(program->output.get(), POLLIN);
    BOOST_TEST(!signal_group(program->pid, SIGTERM).failed());
    BOOST_TEST(read_all(program->output) == "ready\n"); // ends only when the sleeper has gone, too
    BOOST_TEST(to_string(end_of(*program)) == "signal 15 (TERM)");
    BOOST_TEST(!signal_group(program->pid, SIGTERM).failed());
    BOOST_TEST(signal_group(-1, 0).failed());
    BOOST_TEST(signal_group(1, 0).failed());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_run_says_why)
{
    launcher with({});
    scratch const files;
    auto const folder = files.folder.string();
    auto const missing = folder + "/missing";
    auto const plain = files.file("plain", "#!/bin/sh\n", false);
    auto const text = files.file("text", "echo hello\n");
    auto const empty = files.file("empty", "");
    auto const lost = files.file("lost", "#! /no/such/shell -e\n");
    auto const windows = files.file("windows", "#!/bin/sh\r\necho\r\n");
    auto const foreign = files.file("foreign", "\x7f"
                                               "ELF is what it says");
    auto const quoted = [](std::string const& path) { return "'" + path + "' cannot be started: "; };

    BOOST_TEST(failure_of(with, missing) == "500 " + quoted(missing) + "no such file");
    BOOST_TEST(
        failure_of(with, plain) ==
        "500 " + quoted(plain) +
            "permission denied; give it execute permission for the user that programs run as, on a file "
            "system that is not mounted noexec");
    BOOST_TEST(failure_of(with, folder) == "500 " + quoted(folder) + "it is not a regular file");
    BOOST_TEST(failure_of(with, text) == "500 " + quoted(text) +
                                             "it has no '#!' line that names an interpreter; add one, as in "
                                             "#!/bin/sh");
    BOOST_TEST(failure_of(with, empty) == "500 " + quoted(empty) + "the file is empty or cannot be read");
    BOOST_TEST(failure_of(with, lost) ==
               "500 " + quoted(lost) + "its interpreter '/no/such/shell' does not exist");
    BOOST_TEST(failure_of(with, windows) ==
               "500 " + quoted(windows) +
                   "its first line ends with a carriage return, so that the interpreter '/bin/sh' is not "
                   "found; save it with UNIX line ends");
    BOOST_TEST(failure_of(with, foreign) ==
               "500 " + quoted(foreign) + "it is a program for another kind of machine");
    BOOST_TEST(failure_of(with, "/bin/true", missing) ==
               "500 " + quoted("/bin/true") + "its directory '" + missing + "': No such file or directory");
    // No zombie is left.
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
    BOOST_TEST(errno == ECHILD);
}

BOOST_AUTO_TEST_CASE(a_shortage_is_no_fault_of_the_program)
{
    launcher with({});
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    unique_fd const next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit const tight{static_cast<rlim_t>(next.get() + 3), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &tight);
    auto const failed = start(with, {"/bin/true"});
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_REQUIRE(failed.has_error());
    BOOST_TEST((status_of(failed.error()) == http::status::service_unavailable));
    BOOST_TEST(describe(failed.error(), "/x", "/") ==
               "'/x' cannot be started: no pipes for it: Too many open files");
    BOOST_TEST((status_of({{EAGAIN, boost::system::system_category()}, start_failure::step::fork}) ==
                http::status::service_unavailable));
    auto program = start(with, {"/bin/true"});
    BOOST_REQUIRE(program.has_value());
    BOOST_TEST(end_of(*program).success());
}

BOOST_AUTO_TEST_CASE(no_descriptor_is_left_behind)
{
    launcher with({});
    run_shell(with, "true");
    auto const lowest = [] {
        unique_fd const probe(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        return probe.get();
    };
    int const before = lowest();
    for (int i = 0; i < 20; ++i) {
        run_shell(with, "true");
        BOOST_TEST(start(with, {"/no/such/program"}).has_error());
    }
    BOOST_TEST(lowest() == before);
}

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id)
{
    return ::geteuid() == 0;
}

BOOST_AUTO_TEST_CASE(another_user_can_run_it, *boost::unit_test::precondition(is_root))
{
    launch_settings settings;
    settings.identity = run_identity{"", 65534, 65533};
    launcher with(std::move(settings));
    auto const result = run_shell(with, "id -u; id -g; id -G; ls /root/x; " + list_descriptors);
    BOOST_TEST(result.output == "65534\n65533\n65533\n0\n1\n2\n");
    BOOST_TEST(result.errors.find("denied") != std::string::npos);

    // The start does not wait for the program: a report tells whether it runs.
    auto program = start(with, {"/bin/true"});
    BOOST_REQUIRE(program.has_value());
    wait_for(program->report.get(), POLLIN);
    BOOST_TEST(!read_start_report(program->report.get()));
    BOOST_TEST(end_of(*program).success());
}

BOOST_AUTO_TEST_CASE(what_another_user_cannot_run_says_why, *boost::unit_test::precondition(is_root))
{
    launch_settings settings;
    settings.identity = run_identity{"", 65534, 65533};
    launcher with(std::move(settings));
    scratch const files;
    auto const lost = files.file("lost", "#! /no/such/shell -e\n");
    auto const mine = files.file("mine", "#!/bin/sh\n");
    std::filesystem::permissions(mine, std::filesystem::perms(0700));
    std::filesystem::permissions(files.folder, std::filesystem::perms(0755));
    struct {
        std::string program;
        std::string directory;
        int error;
        start_failure::step at;
    } const cases[] = {
        {"/no/such/program", "/", ENOENT, start_failure::step::execute},
        {lost, "/", ENOENT, start_failure::step::execute},
        {mine, "/", EACCES, start_failure::step::execute},
        {"/bin/true", "/root", EACCES, start_failure::step::directory},
    };
    for (auto const& c : cases) {
        auto const program = start(with, {c.program}, false, c.directory);
        BOOST_REQUIRE(program.has_value());
        wait_for(program->report.get(), POLLIN);
        auto const failure = read_start_report(program->report.get());
        BOOST_TEST_REQUIRE(failure.has_value());
        BOOST_TEST(failure->error.value() == c.error, c.program);
        BOOST_TEST((failure->at == c.at), c.program);
        BOOST_TEST(read_all(program->errors).empty());
        BOOST_TEST(!end_of(*program).success());
    }
}

BOOST_AUTO_TEST_CASE(a_program_written_for_a_limit_ends_by_it)
{
    launch_settings settings;
    settings.limits.push_back({RLIMIT_CPU, {1, 2}});
    settings.limits.push_back({RLIMIT_CORE, {0, 0}});
    launcher with(std::move(settings));
    auto const result = run_shell(with, "while :; do :; done");
    BOOST_TEST(to_string(result.report) == "signal 24 (XCPU)");
}

BOOST_AUTO_TEST_CASE(the_interpreter_of_a_script_is_in_its_first_line)
{
    struct {
        std::string_view text;
        std::string_view interpreter;
    } const table[] = {
        {"#!/bin/sh\n", "/bin/sh"},
        {"#!/bin/sh -e\n", "/bin/sh"},
        {"#! \t/usr/bin/env python3\nx", "/usr/bin/env"},
        {"#!/bin/sh", "/bin/sh"},
        {"#!\n/bin/sh", ""},
        {"#!", ""},
        {"echo", ""},
        {"", ""},
        {"#!/bin/sh\r\n", "/bin/sh\r"},
    };
    for (auto const& [text, interpreter] : table)
        BOOST_TEST(interpreter_in(text) == interpreter);
}

BOOST_AUTO_TEST_SUITE_END()
