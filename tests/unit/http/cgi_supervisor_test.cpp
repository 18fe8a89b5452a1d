// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/supervisor.hpp"
#include "tests/unit/common/temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace polyport;
using namespace polyport::cgi;
using namespace std::chrono_literals;

namespace {

log_settings to(std::string file)
{
    log_settings settings;
    settings.file = std::move(file);
    return settings;
}

/// All limits off: a test sets the one that it is about.
run_limits unlimited()
{
    return {0ms, 0ms, 0ms, 0ms};
}

class fixture {
public:
    boost::asio::io_context context{1};
    polyport::clock const time;
    readiness set{context, time};
    test::temporary_folder folder;
    logger log{to(folder / "log")};
    std::optional<supervisor> programs;

    void open(run_limits const& limits)
    {
        programs.emplace(context, set, log, launch_settings(), limits, most());
    }

    std::shared_ptr<run> start(std::string script, bool has_input = false)
    {
        std::vector<std::string> words{"/bin/sh", "-c", std::move(script)};
        std::vector<char*> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
        std::string path = "PATH=/usr/bin:/bin";
        std::vector<char*> environment{path.data(), nullptr};
        launch what;
        what.program = arguments[0];
        what.arguments = arguments.data();
        what.environment = environment.data();
        what.directory = "/";
        what.has_input = has_input;
        auto started = programs->start(what, "test.sh", 7, programs->rights().try_enter(""));
        BOOST_REQUIRE(started.has_value());
        return *started;
    }

    /// Reads the output to its end; tells how it ended.
    static task<> read(std::shared_ptr<run> program, std::string& output, error_code& ended)
    {
        for (;;) {
            auto const waited = co_await program->output().wait(watched::event::readable);
            char buffer[4096];
            ssize_t const count = ::read(program->output().fd(), buffer, sizeof buffer);
            if (count > 0) {
                output.append(buffer, static_cast<std::size_t>(count));
                program->count_output(static_cast<std::size_t>(count));
                continue;
            }
            program->output().input_drained();
            ended = waited.error;
            if (waited || count == 0)
                co_return;
        }
    }

    static task<> run_beside(fixture& in, int number, std::string& output)
    {
        std::string script = "echo program " + std::to_string(number);
        std::string shell = "/bin/sh";
        std::string option = "-c";
        char* arguments[] = {shell.data(), option.data(), script.data(), nullptr};
        char* environment[] = {nullptr};
        launch what;
        what.program = arguments[0];
        what.arguments = arguments;
        what.environment = environment;
        what.directory = "/";
        std::string name = "test.sh";
        auto right = in.programs->rights().try_enter("");
        auto started = co_await in.programs->start_beside(what, std::move(name), 7, std::move(right));
        if (!started)
            co_return;
        auto program = *started;
        error_code ended;
        co_await read(program, output, ended);
        program->finish();
    }

    static task<> fail_beside(fixture& in, std::optional<start_failure>& failure)
    {
        std::string program = "/nonexistent/program";
        char* arguments[] = {program.data(), nullptr};
        char* environment[] = {nullptr};
        launch what;
        what.program = arguments[0];
        what.arguments = arguments;
        what.environment = environment;
        what.directory = "/";
        std::string name = "program";
        auto right = in.programs->rights().try_enter("");
        auto started = co_await in.programs->start_beside(what, std::move(name), 7, std::move(right));
        if (!started)
            failure = started.error();
    }

    void run_until(bool const& done)
    {
        auto const limit = std::chrono::steady_clock::now() + 30s;
        context.restart();
        while (!done && std::chrono::steady_clock::now() < limit)
            context.run_one_for(1s);
        BOOST_TEST(done);
    }

    struct ended {
        std::string output;
        error_code error;
    };

    ended read_to_end(std::shared_ptr<run> const& program)
    {
        ended result;
        bool done = false;
        boost::asio::co_spawn(context, read(program, result.output, result.error),
                              [&](std::exception_ptr const&) { done = true; });
        run_until(done);
        return result;
    }

    void run_until_reaped()
    {
        auto const limit = std::chrono::steady_clock::now() + 30s;
        context.restart();
        while (!programs->all().empty() && std::chrono::steady_clock::now() < limit)
            context.run_one_for(1s);
        BOOST_TEST(programs->all().empty());
        BOOST_TEST(programs->rights().running() == 0U);
        BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
        BOOST_TEST(errno == ECHILD);
    }

    std::string logged()
    {
        log.flush();
        return test::contents(folder / "log");
    }

    static bool exists(pid_t pid) { return ::kill(pid, 0) == 0; }

private:
    static admission::limits most() { return {10, 0, 0, 0ms}; }
};

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

pid_t number_in(std::string const& text)
{
    return static_cast<pid_t>(std::stol(text));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(cgi_supervisor, fixture)

BOOST_AUTO_TEST_CASE(a_run_ends_with_one_record)
{
    open(unlimited());
    auto program = start("echo hello; exit 3");
    BOOST_TEST(programs->all().size() == 1U);
    BOOST_TEST(read_to_end(program).output == "hello\n");
    program->finish();
    program.reset();
    run_until_reaped();
    auto const text = logged();
    BOOST_TEST(contains(text, "cgi-ended connection=7 program=test.sh pid="), text);
    BOOST_TEST(contains(text, "status=\"exit 3\""), text);
    BOOST_TEST(contains(text, " out=6 "), text);
    BOOST_TEST(contains(text, "warn"), text);
}

BOOST_AUTO_TEST_CASE(standard_error_goes_to_the_log)
{
    open(unlimited());
    auto program = start("printf 'one\\ntwo \\033[31m\\nno end' >&2");
    read_to_end(program);
    program->finish();
    run_until_reaped();
    auto const text = logged();
    BOOST_TEST(contains(text, "cgi-stderr connection=7 program=test.sh"), text);
    BOOST_TEST(contains(text, "text=one"), text);
    BOOST_TEST(contains(text, "text=\"two \\x1b[31m\""), text);
    BOOST_TEST(contains(text, "text=\"no end\""), text);
}

BOOST_AUTO_TEST_CASE(a_program_may_outlive_its_request)
{
    open(unlimited());
    auto program = start("exec >&-; read line; exit 5", true);
    BOOST_TEST(read_to_end(program).output.empty());
    BOOST_TEST(programs->all().size() == 1U);
    BOOST_TEST(::write(program->input()->fd(), "x\n", 2) == 2);
    program->finish();
    BOOST_TEST(program->outlives_request());
    run_until_reaped();
    BOOST_TEST(contains(logged(), "status=\"exit 5\""));
}

BOOST_AUTO_TEST_CASE(wall_clock_and_idle_time_end_a_run)
{
    auto limits = unlimited();
    limits.wall = 100ms;
    limits.kill_grace = 5000ms;
    open(limits);
    auto program = start("while :; do echo x; sleep 0.02; done");
    auto result = read_to_end(program);
    BOOST_TEST((result.error == errc::handler_timeout));
    BOOST_TEST((program->was_cut() == cut::timeout));
    program->finish();
    run_until_reaped();
    BOOST_TEST(contains(logged(), "status=\"signal 15 (TERM)\""));
    BOOST_TEST(contains(logged(), "reason=http-cgi-timeout"));
    programs.reset();

    limits.wall = 0ms;
    limits.idle = 100ms;
    open(limits);
    program = start("echo x; exec sleep 1000");
    result = read_to_end(program);
    BOOST_TEST(result.output == "x\n");
    BOOST_TEST((program->was_cut() == cut::idle));
    program->finish();
    run_until_reaped();
}

BOOST_AUTO_TEST_CASE(whoever_ignores_term_is_killed)
{
    auto limits = unlimited();
    limits.kill_grace = 50ms;
    open(limits);
    auto program = start("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    bool ready = false;
    program->output().async_wait(watched::event::readable, [&](outcome) { ready = true; });
    run_until(ready);
    program->give_up(cut::client_gone);
    program->finish();
    run_until_reaped();
    BOOST_TEST(contains(logged(), "status=\"signal 9 (KILL)\""));
    BOOST_TEST(contains(logged(), "reason=\"client gone\""));
}

BOOST_AUTO_TEST_CASE(the_whole_group_is_ended_even_when_its_leader_is_gone)
{
    auto limits = unlimited();
    limits.kill_grace = 50ms;
    open(limits);
    auto program = start("(trap '' TERM; while :; do sleep 0.1; done) & echo $!; wait");
    bool ready = false;
    program->output().async_wait(watched::event::readable, [&](outcome) { ready = true; });
    run_until(ready);
    char buffer[64] = {};
    BOOST_REQUIRE(::read(program->output().fd(), buffer, sizeof buffer - 1) > 0);
    pid_t const child = number_in(buffer);
    BOOST_TEST(exists(child));
    program->give_up(cut::client_gone);
    program->finish();
    run_until_reaped();
    BOOST_TEST(contains(logged(), "status=\"signal 15 (TERM)\""));
    // A signal takes a moment; and it is init's to reap now, so that it may be there as a zombie.
    std::string stat;
    for (int tries = 0; tries < 500; ++tries) {
        stat = test::contents("/proc/" + std::to_string(child) + "/stat");
        if (stat.empty() || contains(stat, ") Z ") || contains(stat, ") X "))
            break;
        ::usleep(10'000);
    }
    BOOST_TEST((stat.empty() || contains(stat, ") Z ") || contains(stat, ") X ")), stat);
}

BOOST_AUTO_TEST_CASE(a_stranger_holds_the_output_no_longer_than_the_grace_time)
{
    auto limits = unlimited();
    limits.output_grace = 50ms;
    open(limits);
    auto program = start("sleep 1000 & echo $!");
    auto const result = read_to_end(program);
    BOOST_TEST((result.error == errc::end_of_stream));
    BOOST_TEST((program->was_cut() == cut::none));
    pid_t const child = number_in(result.output);
    BOOST_TEST(exists(child)); // it was left behind on purpose
    ::kill(child, SIGKILL);
    program->finish();
    run_until_reaped();
    BOOST_TEST(contains(logged(), "info"));
}

BOOST_AUTO_TEST_CASE(without_a_grace_time_a_stranger_has_no_more_time_than_a_run)
{
    auto limits = unlimited();
    limits.wall = 200ms; // and no output_grace
    open(limits);
    auto program = start("(while :; do echo tick; sleep 0.02; done) & echo parent");
    auto const result = read_to_end(program);
    BOOST_TEST(contains(result.output, "parent\n"));
    BOOST_TEST((result.error == errc::handler_timeout));
    BOOST_TEST((program->was_cut() == cut::timeout));
    program->finish();
    run_until_reaped(); // the stranger is of its group, and ends with it
    BOOST_TEST(contains(logged(), "reason=http-cgi-timeout"));
}

BOOST_AUTO_TEST_CASE(a_program_waits_for_input_without_being_idle)
{
    auto limits = unlimited();
    limits.idle = 100ms;
    open(limits);
    auto program = start("sleep 0.3; echo done");
    program->pause_input(true); // the client takes its time
    BOOST_TEST(read_to_end(program).output == "done\n");
    BOOST_TEST((program->was_cut() == cut::none));
    program->finish();
    run_until_reaped();

    program = start("exec sleep 1000");
    program->pause_input(true);
    program->pause_output(true);
    program->pause_input(false);
    program->pause_output(false);
    read_to_end(program);
    BOOST_TEST((program->was_cut() == cut::idle));
    program->finish();
    run_until_reaped();
}

BOOST_AUTO_TEST_CASE(what_is_held_back_of_standard_error_is_counted)
{
    open(unlimited());
    auto program = start("i=0; while [ $i -lt 80 ]; do echo line $i; i=$((i+1)); done >&2");
    read_to_end(program);
    program->finish();
    run_until_reaped();
    auto const text = logged();
    BOOST_TEST(contains(text, "text=\"line 49\" suppressed=0"), text);
    BOOST_TEST(!contains(text, "text=\"line 50\""));
    BOOST_TEST(contains(text, " stderr-suppressed=30"), text);
}

BOOST_AUTO_TEST_CASE(a_record_has_only_what_is_known)
{
    open(unlimited());
    auto program = start("exit 3");
    read_to_end(program);
    program->finish();
    run_until_reaped();
    auto const text = logged();
    BOOST_TEST(contains(text, "status=\"exit 3\""), text);
    for (std::string_view const absent : {"peak-kib=0", "reason=", "stderr-suppressed"})
        BOOST_TEST(!contains(text, absent), text);
}

// This process, with the memory of a sanitizer, is far larger than a shell.
BOOST_AUTO_TEST_CASE(the_memory_of_a_program_is_its_own)
{
    open(unlimited());
    auto program = start("sleep 0.3");
    read_to_end(program);
    program->finish();
    run_until_reaped();
    auto const text = logged();
    auto const at = text.find("peak-kib=");
    BOOST_TEST_REQUIRE(at != text.npos, text);
    auto const kib = std::stoul(text.substr(at + std::string_view("peak-kib=").size()));
    BOOST_TEST(kib > 100U);
    BOOST_TEST(kib < 8U * 1024);
}

BOOST_AUTO_TEST_CASE(how_a_program_ended_is_known_a_moment_after_its_output)
{
    open(unlimited());
    struct {
        char const* script;
        bool killed;
    } const cases[] = {
        {"echo x; kill -KILL $$", true},
        {"echo x; exit 1", false},
        {"exec >&-; exec sleep 1000", false}, // it goes on
    };
    for (auto const& c : cases) {
        auto program = start(c.script);
        read_to_end(program);
        std::optional<bool> killed;
        bool done = false;
        boost::asio::co_spawn(context, program->was_killed(), [&](std::exception_ptr const&, bool verdict) {
            killed = verdict;
            done = true;
        });
        run_until(done);
        BOOST_TEST((killed == c.killed), c.script);
        program->give_up(cut::shutdown);
        program->finish();
        program.reset();
        run_until_reaped();
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_shuts_its_side_has_a_moment)
{
    open(unlimited());
    auto program = start("echo quick");
    program->client_closed();
    auto const result = read_to_end(program);
    BOOST_TEST(result.output == "quick\n");
    BOOST_TEST((program->was_cut() == cut::none));
    program->finish();
    run_until_reaped();

    program = start("exec sleep 1000");
    program->client_closed();
    read_to_end(program);
    BOOST_TEST((program->was_cut() == cut::client_gone));
    program->finish();
    run_until_reaped();
}

BOOST_AUTO_TEST_CASE(several_are_started_at_a_time)
{
    open(unlimited());
    constexpr int count = 9;
    std::vector<std::string> outputs(count);
    int ended_runs = 0;
    bool done = false;
    auto const count_end = [&](std::exception_ptr const& failure) {
        BOOST_TEST(!failure);
        done = ++ended_runs == count;
    };
    for (int i = 0; i < count; ++i)
        boost::asio::co_spawn(context, run_beside(*this, i, outputs[static_cast<std::size_t>(i)]), count_end);
    run_until(done);
    for (int i = 0; i < count; ++i)
        BOOST_TEST(outputs[static_cast<std::size_t>(i)] == "program " + std::to_string(i) + "\n");
    run_until_reaped();
}

BOOST_AUTO_TEST_CASE(what_cannot_be_started_beside_says_why)
{
    open(unlimited());
    std::optional<start_failure> failure;
    bool done = false;
    boost::asio::co_spawn(context, fail_beside(*this, failure),
                          [&](std::exception_ptr const&) { done = true; });
    run_until(done);
    BOOST_TEST_REQUIRE(failure.has_value());
    BOOST_TEST(failure->error.value() == ENOENT);
    run_until_reaped();
}

BOOST_AUTO_TEST_CASE(stop_ends_all)
{
    auto limits = unlimited();
    limits.kill_grace = 50ms;
    open(limits);
    std::vector<std::shared_ptr<run>> all;
    all.push_back(start("exec sleep 1000"));
    all.push_back(start("trap '' TERM; while :; do sleep 0.1; done"));
    for (auto const& one : all)
        one->finish();
    bool done = false;
    boost::asio::co_spawn(context, programs->stop(), [&](std::exception_ptr const&) { done = true; });
    run_until(done);
    all.clear();
    run_until_reaped();
    BOOST_TEST(contains(logged(), "reason=shutdown"));
}

BOOST_AUTO_TEST_SUITE_END()
