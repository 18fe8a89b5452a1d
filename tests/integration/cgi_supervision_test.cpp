// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/cgi_site.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

std::string get_1_0(std::string const& program)
{
    return "GET /cgi-bin/" + program + " HTTP/1.0\r\n\r\n";
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_supervision)

// The client leaves

BOOST_AUTO_TEST_CASE(a_silent_program_ends_as_soon_as_its_client_leaves)
{
    cgi_site const site;
    descriptor_check const descriptors(site.server);
    std::int64_t quickest = 1'000'000;
    for (int i = 0; i < 3; ++i) {
        std::string const name = "pid" + std::to_string(i);
        unique_fd client = site.ask("silent.sh?" + site.note(name), i == 0 ? "" : "Connection: close\r\n");
        pid_t const pid = site.noted(name);
        client.reset();
        BOOST_TEST(has_ended(pid));
        auto const record = site.ended("silent.sh", static_cast<std::size_t>(i) + 1);
        BOOST_TEST(record.field("reason") == "client gone");
        quickest = std::min<std::int64_t>(quickest, std::stol(record.field("duration-ms")));
    }
    // Before the time that a client has which only shuts its sending side.
    BOOST_TEST(quickest < 1000);
    BOOST_TEST(site.has_no_children());
}

BOOST_AUTO_TEST_CASE(a_client_of_http_1_0_that_leaves_ends_its_program_too)
{
    cgi_site const site;
    unique_fd client = connect_tcp(site.port());
    send_all(client, get_1_0("silent.sh?" + site.note("pid")));
    pid_t const pid = site.noted("pid");
    client.reset();
    BOOST_TEST(has_ended(pid));
    BOOST_TEST(site.ended("silent.sh").field("reason") == "client gone");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_amid_the_answer_ends_its_program)
{
    cgi_site const site;
    unique_fd client = site.ask("stubborn.sh?" + site.note("pid"));
    BOOST_TEST(receive_until(client, "begun\n").starts_with("HTTP/1.1 200"));
    reset_on_close(client);
    client.reset();
    BOOST_TEST(has_ended(site.noted("pid")));
    BOOST_TEST(site.ended("stubborn.sh").field("reason") == "client gone");
}

BOOST_AUTO_TEST_CASE(a_client_of_a_unix_socket_that_leaves_ends_its_program)
{
    temporary_directory const folder;
    auto const path = folder / "s";
    daemon_process const server(
        {"--http", path.string(), "--http-root", POLYPORT_CGI_ROOT, "--http-cgi", "/cgi-bin/"});
    unique_fd client = connect_unix(path);
    send_all(client, get_request("/cgi-bin/silent.sh"));
    BOOST_TEST(eventually([&] { return open_files(server.pid()).size() > 0; }));
    client.reset();
    BOOST_TEST(server.log()
                   .wait_for([](log_line const& l) { return l.event() == "cgi-ended"; })
                   .value()
                   .field("reason") == "client gone");
}

BOOST_AUTO_TEST_CASE(a_client_that_only_shuts_its_sending_side_has_its_answer)
{
    cgi_site const site;
    unique_fd const client = site.ask("late.sh?1.3", "Connection: close\r\n");
    shut_sending(client);
    // It was asked whether it is still there.
    BOOST_TEST(receive_until(client, "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    http_reply const reply = receive_reply(client);
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.body == "late\n");
    BOOST_TEST(receive_to_end(client).empty());
}

BOOST_AUTO_TEST_CASE(the_log_tells_who_has_ended_a_program_and_its_connection)
{
    temporary_directory const folder;
    auto const admin = (folder / "admin.sock").string();
    cgi_site const site{"--admin", admin.c_str(), "--drain-timeout", "100ms"};
    auto const closed = [&site](std::size_t n) {
        std::size_t seen = 0;
        return site.server.log()
            .wait_for([&](log_line const& line) {
                return line.event() == "closed" && line.field("service") == "http" && ++seen >= n;
            })
            .value();
    };
    unique_fd reset = site.ask("silent.sh?" + site.note("reset"));
    site.noted("reset");
    reset_on_close(reset);
    reset = {};
    BOOST_TEST(site.ended("silent.sh", 1).field("reason") == "client gone");
    BOOST_TEST(closed(1).field("reason") == "Connection reset by peer");
    BOOST_TEST(closed(1).field("peer") == "reset");

    unique_fd const killed = site.ask("silent.sh?" + site.note("killed"));
    site.noted("killed");
    auto const steering = connect_unix(admin);
    send_all(steering, "DELETE /connections?service=http HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(receive_reply(steering).status == 200);
    BOOST_TEST(site.ended("silent.sh", 2).field("reason") == "killed by the operator");
    BOOST_TEST(closed(2).field("reason") == "killed by the operator");

    unique_fd const drained = site.ask("silent.sh?" + site.note("drained"));
    site.noted("drained");
    BOOST_TEST(::kill(site.server.pid(), SIGTERM) == 0);
    BOOST_TEST(site.ended("silent.sh", 3).field("reason") == "drain time-out");
    BOOST_TEST(closed(3).field("reason") == "drain time-out");
}

// Time

BOOST_AUTO_TEST_CASE(a_program_that_takes_too_long_is_a_gateway_timeout)
{
    cgi_site const site{"--http-cgi-timeout", "200ms", "--http-cgi-kill-grace", "100ms"};
    descriptor_check const descriptors(site.server);
    http_reply const reply = site.get("silent.sh?" + site.note("pid"));
    BOOST_TEST(reply.status == 504);
    BOOST_TEST(has_ended(site.noted("pid")));
    auto const record = site.ended("silent.sh");
    BOOST_TEST(record.field("reason") == "http-cgi-timeout");
    BOOST_TEST(is_stopped_by(record, "TERM"));
    BOOST_TEST(site.has_no_children());
}

BOOST_AUTO_TEST_CASE(a_program_that_idles_is_a_gateway_timeout)
{
    cgi_site const site{"--http-cgi-idle-timeout", "200ms", "--http-cgi-kill-grace", "100ms"};
    BOOST_TEST(site.get("silent.sh").status == 504);
    BOOST_TEST(site.ended("silent.sh").field("reason") == "http-cgi-idle-timeout");
}

BOOST_AUTO_TEST_CASE(an_answer_that_has_begun_is_broken_off_so_that_it_shows)
{
    cgi_site const site{"--http-cgi-idle-timeout", "200ms", "--http-cgi-kill-grace", "100ms"};
    unique_fd const client = site.ask("slow.sh?1000");
    std::string const answer = receive_to_end(client);
    BOOST_TEST(answer.find("\r\n6\r\nfirst\n\r\n") != answer.npos, answer);
    BOOST_TEST(!answer.ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(the_whole_group_gets_term_and_then_kill)
{
    cgi_site const site{"--http-cgi-idle-timeout", "300ms", "--http-cgi-kill-grace", "100ms"};
    unique_fd const deaf = site.ask("stubborn.sh?" + site.note("deaf"));
    unique_fd const parent = site.ask("family.sh?" + site.note("child"));
    pid_t const deaf_pid = site.noted("deaf");
    pid_t const child_pid = site.noted("child");
    BOOST_TEST(has_ended(deaf_pid));
    BOOST_TEST(has_ended(child_pid));
    BOOST_TEST(is_stopped_by(site.ended("stubborn.sh"), "KILL"));
    BOOST_TEST(is_stopped_by(site.ended("family.sh"), "TERM"));
    BOOST_TEST(site.has_no_children());
}

// Exits and what they leave

BOOST_AUTO_TEST_CASE(what_a_crash_has_cut_off_does_not_look_whole)
{
    cgi_site const site;
    unique_fd const client = site.ask("crash-midway.sh");
    std::string const answer = receive_to_end(client);
    BOOST_TEST(answer.find("\r\n5\r\npart\n\r\n") != answer.npos, answer);
    BOOST_TEST(!answer.ends_with("0\r\n\r\n"));
    BOOST_TEST(is_stopped_by(site.ended("crash-midway.sh"), "KILL"));
}

// What starts a session of its own is out of reach of its group's signals: a program may leave a service
// behind. The service manager ends it with the daemon (KillMode=mixed).
BOOST_AUTO_TEST_CASE(who_forks_twice_into_a_session_of_its_own_is_left_alone_and_holds_nothing_up)
{
    cgi_site const site{"--http-cgi-output-grace", "50ms", "--http-cgi-idle-timeout", "300ms"};
    descriptor_check const descriptors(site.server);
    unique_fd const client = site.ask("daemonizes.sh?" + site.note("done"));
    BOOST_TEST(receive_reply(client).body == "done\n");
    pid_t const first = site.noted("done");
    BOOST_TEST(site.ended("daemonizes.sh").field("status") == "exit 0");
    // Cut off, all of its group ends, and the daemon has nothing more to do with the rest.
    unique_fd const other = site.ask("daemonizes.sh?" + site.note("silent"));
    pid_t const second = site.noted("silent");
    BOOST_TEST(site.ended("daemonizes.sh", 2).field("reason") == "http-cgi-idle-timeout");
    BOOST_TEST(site.has_no_children());
    for (pid_t const pid : {first, second})
        BOOST_TEST(::kill(pid, SIGKILL) == 0); // it was still there
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_keeps_the_output_open_holds_nothing_up)
{
    cgi_site const site{"--http-cgi-output-grace", "50ms"};
    descriptor_check const descriptors(site.server);
    unique_fd const client = site.ask("grandchild.sh?" + site.note("child"));
    BOOST_TEST(receive_reply(client).body == "done\n");
    send_all(client, get_request("/cgi-bin/hello.sh")); // the connection goes on
    BOOST_TEST(receive_reply(client).body == "hello\n");
    BOOST_TEST(site.ended("grandchild.sh").field("status") == "exit 0");
    ::kill(site.noted("child"), SIGKILL); // left alone on purpose: a program may leave a service behind
}

BOOST_AUTO_TEST_CASE(without_a_grace_time_the_output_is_waited_for)
{
    cgi_site const site{"--http-cgi-output-grace", "0"};
    unique_fd const client = site.ask("grandchild.sh?" + site.note("child"));
    pid_t const child = site.noted("child");
    BOOST_TEST(receive_until(client, "done\n").starts_with("HTTP/1.1 200"));
    ::kill(child, SIGKILL);
    BOOST_TEST(receive_until(client, "0\r\n\r\n").ends_with("\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_program_may_outlive_its_request)
{
    cgi_site const site;
    BOOST_TEST(site.get("outlives.sh").body == "done\n");
    BOOST_TEST(site.ended("outlives.sh").field("status") == "exit 7");
    BOOST_TEST(site.has_no_children());
}

BOOST_AUTO_TEST_CASE(an_end_without_an_answer_is_a_bad_gateway_with_its_status_in_the_log)
{
    cgi_site const site;
    BOOST_TEST(site.get("nothing.sh").status == 502);
    BOOST_TEST(site.ended("nothing.sh").field("status") == "exit 3");
    BOOST_TEST(site.get("crash.sh").status == 502);
    BOOST_TEST(is_stopped_by(site.ended("crash.sh"), "SEGV"));
    // Told to end as soon as it is known that its answer is none.
    BOOST_TEST(site.get("no-header.sh").status == 502);
    BOOST_TEST(is_stopped_by(site.ended("no-header.sh"), "TERM"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_started_says_why)
{
    cgi_site const site;
    struct {
        char const* program;
        int status;
        char const* says;
    } const cases[] = {
        {"no-interpreter", 500, "#!"},
        {"lost-interpreter", 500, "interpreter"},
        {"not-executable.txt", 403, nullptr},
        {"none-at-all", 404, nullptr},
    };
    for (auto const& c : cases) {
        BOOST_TEST(site.get(c.program).status == c.status, c.program);
        if (!c.says)
            continue;
        auto const line = site.server.log().wait_for([&](log_line const& l) {
            return l.event() == "cgi-not-started" && l.field("message").find(c.program) != std::string::npos;
        });
        BOOST_TEST_REQUIRE(line.has_value());
        BOOST_TEST(line->field("message").find(c.says) != std::string::npos, line->text);
    }
    BOOST_TEST(site.get("hello.sh").body == "hello\n");
    BOOST_TEST(site.has_no_children());
}

// Admission

BOOST_AUTO_TEST_CASE(a_drain_lets_programs_finish)
{
    cgi_site site;
    unique_fd const client = site.ask("slow.sh?0.5");
    receive_until(client, "first\n");
    site.server.signal(SIGTERM);
    BOOST_TEST(receive_until(client, "0\r\n\r\n").find("second\n") != std::string::npos);
    BOOST_TEST(site.server.wait().value() == 0);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_drain_ends_programs)
{
    cgi_site site{"--drain-timeout", "200ms", "--http-cgi-kill-grace", "200ms"};
    unique_fd const one = site.ask("silent.sh?" + site.note("one"));
    unique_fd const other = site.ask("stubborn.sh?" + site.note("other"));
    pid_t const first = site.noted("one");
    pid_t const second = site.noted("other");
    site.server.signal(SIGTERM);
    BOOST_TEST(site.server.wait().value() == 0);
    BOOST_TEST(has_ended(first));
    BOOST_TEST(has_ended(second));
}

BOOST_AUTO_TEST_SUITE_END()
