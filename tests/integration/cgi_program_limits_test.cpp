// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/cgi_site.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

BOOST_AUTO_TEST_SUITE(cgi_program_limits)

BOOST_AUTO_TEST_CASE(at_most_so_many_run_some_wait_and_more_are_refused)
{
    cgi_site const site{"--http-cgi-max", "1", "--http-cgi-queue", "1"};
    unique_fd running = site.ask("silent.sh?" + site.note("pid"));
    pid_t const pid = site.noted("pid");
    unique_fd const waiting = site.ask("hello.sh");
    // It waits once nothing but it is left to do.
    BOOST_TEST(eventually([&] {
        site.server.signal(SIGUSR1);
        return site.server.log()
            .wait_for(
                [](log_line const& l) { return l.event() == "cgi-programs" && l.field("waiting") == "1"; },
                milliseconds(200))
            .has_value();
    }));
    http_reply const refused = site.get("hello.sh");
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(refused.field("retry-after") == "1");
    running.reset();
    BOOST_TEST(has_ended(pid));
    BOOST_TEST(receive_reply(waiting).body == "hello\n");
}

BOOST_AUTO_TEST_CASE(who_waits_too_long_is_refused)
{
    cgi_site const site{"--http-cgi-max", "1", "--http-cgi-queue-timeout", "100ms"};
    unique_fd const running = site.ask("silent.sh?" + site.note("pid"));
    site.noted("pid");
    http_reply const refused = site.get("hello.sh");
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(refused.field("retry-after") == "1");
}

BOOST_AUTO_TEST_CASE(who_leaves_while_it_waits_runs_nothing)
{
    cgi_site const site{"--http-cgi-max", "1"};
    unique_fd running = site.ask("silent.sh?" + site.note("pid"));
    pid_t const pid = site.noted("pid");
    unique_fd waiting = site.ask("status.sh?200");
    reset_on_close(waiting);
    waiting.reset();
    BOOST_TEST(site.server.log().wait_for_count("closed", 1));
    running.reset();
    BOOST_TEST(has_ended(pid));
    BOOST_TEST(site.get("hello.sh").status == 200);
    BOOST_TEST(site.server.log().text().find("status.sh") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_client_address_cannot_have_all_the_places)
{
    cgi_site const site{"--http-cgi-max", "4", "--http-cgi-max-per-ip", "1"};
    unique_fd running = site.ask("silent.sh?" + site.note("one"));
    pid_t const pid = site.noted("one");
    unique_fd const waiting = site.ask("hello.sh");
    unique_fd const other = site.ask("hello.sh", "", "127.0.0.2");
    BOOST_TEST(receive_reply(other).body == "hello\n");
    site.ended("hello.sh");
    BOOST_TEST(site.server.log().count("cgi-ended") == 1U);
    running.reset();
    BOOST_TEST(has_ended(pid));
    BOOST_TEST(receive_reply(waiting).body == "hello\n");
}

// What a program is given

BOOST_AUTO_TEST_CASE(a_program_has_no_descriptor_of_the_daemon)
{
    cgi_site const site;
    std::vector<unique_fd> idle;
    for (int i = 0; i < 20; ++i)
        idle.push_back(connect_tcp(site.port()));
    unique_fd const other = site.ask("silent.sh?" + site.note("other"));
    unique_fd const client = site.ask("silent.sh?" + site.note("pid"));
    site.noted("other");
    // The shell closes its note, and sleep its libraries, a moment later; what is the daemon's would stay.
    auto const program = site.noted("pid");
    std::vector<std::string> files;
    BOOST_TEST_REQUIRE(eventually([&] {
        files = open_files(program);
        return files.size() == 3U;
    }));
    // 0 is /dev/null, since there is no body.
    BOOST_TEST(files[0] == "/dev/null");
    BOOST_TEST(files[1].starts_with("pipe:"));
    BOOST_TEST(files[2].starts_with("pipe:"));
    BOOST_TEST(files[1] != files[2]);
}

BOOST_AUTO_TEST_CASE(limits_and_umask_are_as_asked_for)
{
    cgi_site const site{"--http-cgi-files",     "32",   "--http-cgi-memory", "512m",
                        "--http-cgi-processes", "3000", "--http-cgi-umask",  "077"};
    std::string const body = site.get("conformance").body;
    for (char const* fact :
         {"\"files\":32,", "\"memory\":536870912,", "\"processes\":3000,", "\"umask\":\"077\""})
        BOOST_TEST(body.find(fact) != body.npos, body);
    BOOST_TEST(body.find("\"signals_changed\":0") != body.npos);
}

BOOST_AUTO_TEST_CASE(a_program_without_end_runs_out_of_processor_time)
{
    cgi_site const site{"--http-cgi-cpu", "1s"};
    BOOST_TEST(site.get("spin.sh").status == 502);
    auto const record = site.ended("spin.sh");
    BOOST_TEST((is_stopped_by(record, "XCPU") || is_stopped_by(record, "KILL")), record.text);
    BOOST_TEST(std::stod(record.field("processor-ms")) >= 900.0);
}

BOOST_AUTO_TEST_CASE(programs_end_with_a_daemon_that_is_killed)
{
    cgi_site site;
    unique_fd const client = site.ask("silent.sh?" + site.note("pid"));
    pid_t const pid = site.noted("pid");
    site.server.expect_status(128 + SIGKILL);
    site.server.signal(SIGKILL);
    BOOST_TEST(has_ended(pid));
}

// The end of the daemon

BOOST_AUTO_TEST_SUITE_END()
