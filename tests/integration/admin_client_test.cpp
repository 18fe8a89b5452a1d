// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/admin_calls.hpp"
#include "tests/integration/terminal.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <regex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/socket.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace json = boost::json;

namespace {

struct one_daemon : steered_daemon {
    one_daemon() : steered_daemon({"--tcp-uppercase", "0", "--udp-uppercase", "0"}) {}

    std::vector<std::string> command(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), client_program());
        arguments.insert(arguments.end(), {"--admin", path()});
        return arguments;
    }
    outcome polyport(std::vector<std::string> arguments) const { return run(command(std::move(arguments))); }
    unique_fd client()
    {
        auto made = connect_tcp(server().port("tcp-uppercase"));
        send_all(made, "abc");
        BOOST_TEST_REQUIRE(receive_exactly(made, 3) == "ABC");
        return made;
    }
};

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(admin_client, one_daemon)

BOOST_AUTO_TEST_CASE(ps_prints_a_table)
{
    auto const one = client();
    BOOST_TEST_REQUIRE(shows("?service=tcp-uppercase&state=idle", 1U));
    auto const shown = polyport({"ps"});
    BOOST_TEST(shown.status == 0);
    BOOST_TEST(shown.out.starts_with("ID  SERVICE"), shown.out);
    BOOST_TEST(contains(shown.out, local_text(one)), shown.out);
    BOOST_TEST(!contains(shown.out, "admin"), shown.out);
    BOOST_TEST(contains(polyport({"ps", "--all"}).out, "admin"));

    // Those of the control interface take no place of others.
    for (auto const* const key : {"-id", "-bytes"}) {
        auto const first = polyport({"ps", "--limit", "1", "--sort", key});
        BOOST_TEST(contains(first.out, local_text(one)), first.out);
    }
    BOOST_TEST(!contains(polyport({"ps", "--json"}).out, "admin"));
    BOOST_TEST(contains(polyport({"ps", "--json", "--all"}).out, "admin"));
    BOOST_TEST(contains(polyport({"ps", "--service", "admin"}).out, "admin"));
    BOOST_TEST(contains(polyport({"ps", "--text", local_text(one)}).out, local_text(one)));

    auto const as_json = polyport({"ps", "--json", "--service", "tcp-uppercase"});
    BOOST_TEST(json::parse(as_json.out).at("connections").as_array().size() == 1U);
    BOOST_TEST(polyport({"ps", "--state", "busy", "--service", "tcp-uppercase"}).out.find(local_text(one)) ==
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(ps_shows_flows_and_chooses_among_them)
{
    std::vector<unique_fd> peers;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < 3; ++i) {
        peers.push_back(connect_udp(server().port("udp-uppercase")));
        send_datagram(peers[i], std::string(10 * (3 - i), 'x'));
        receive_datagram(peers[i]);
        names.push_back("127.0.0.1:" + std::to_string(local_port(peers[i])));
    }
    auto const shown = [this](std::vector<std::string> more) {
        more.insert(more.begin(), {"ps", "--flows"});
        return polyport(std::move(more));
    };
    for (auto const& name : names)
        BOOST_TEST(contains(shown({}).out, name));
    BOOST_TEST(!contains(shown({"--service", "nosuch"}).out, names[0]));
    BOOST_TEST(!contains(shown({"--idle", "1h"}).out, names[0]));
    auto const one = shown({"--remote", names[1]});
    BOOST_TEST(contains(one.out, names[1]), one.out);
    BOOST_TEST(!contains(one.out, names[0]), one.out);
    auto const largest = shown({"--sort", "-bytes", "--limit", "1", "--transport", "udp"});
    BOOST_TEST(contains(largest.out, names[0]), largest.out);
    BOOST_TEST(!contains(largest.out, names[2]), largest.out);
    for (std::vector<std::string> const& wrong : {std::vector<std::string>{"--sort", "rtt"},
                                                  {"--sort", "foo"},
                                                  {"--state", "idle"},
                                                  {"--limit", "0"}})
        BOOST_TEST(shown(wrong).status == 2, wrong.front());
}

BOOST_AUTO_TEST_CASE(a_value_that_is_none_is_wrong_use)
{
    for (std::vector<std::string> const& wrong : {std::vector<std::string>{"ps", "--state", "foo"},
                                                  {"ps", "--older", "5"},
                                                  {"ps", "--sort", "foo"},
                                                  {"ps", "--limit", "0"},
                                                  {"ps", "--remote", "10.0.0.1/8"},
                                                  {"kill", "--service", ""},
                                                  {"kill", "--state", "asleep"},
                                                  {"top", "--state", "foo"},
                                                  {"log-level", "bogus"}}) {
        auto const seen = polyport(wrong);
        BOOST_TEST(seen.status == 2, wrong[0] << ' ' << wrong[1] << ": " << seen.err);
        BOOST_TEST(contains(seen.err, wrong[0] == "log-level" ? "trace, debug" : wrong[1].substr(2)),
                   seen.err);
    }
}

BOOST_AUTO_TEST_CASE(kill_takes_the_filters_and_the_ways)
{
    auto const ended = [this](std::vector<std::string> more) {
        more.insert(more.begin(), "kill");
        return polyport(std::move(more)).out;
    };
    auto one = client();
    auto two = client();
    BOOST_TEST(ended({"--idle", "1h"}) == "0 connections ended\n");
    BOOST_TEST(ended({"--remote", "127.0.0.2"}) == "0 connections ended\n");
    BOOST_TEST(ended({"--user", "nobody"}) == "0 connections ended\n");
    BOOST_TEST(ended({"--remote", local_text(one), "--reset"}) == "1 connection ended\n");
    BOOST_CHECK_EXCEPTION(receive_some(one), std::system_error, [](std::system_error const& error) {
        return error.code() == std::errc::connection_reset;
    });
    BOOST_TEST_REQUIRE(shows("?service=tcp-uppercase&state=idle", 1U));
    BOOST_TEST(ended({"--remote", "127.0.0.0/8", "--finish"}) == "1 connection ended\n");
    BOOST_TEST(receive_to_end(two).empty());
}

BOOST_AUTO_TEST_CASE(ps_orders_limits_and_tells_of_more)
{
    auto const one = client();
    auto const two = client();
    send_all(two, std::string(500, 'a'));
    receive_exactly(two, 500);
    auto const largest = polyport({"ps", "--sort", "-received", "--limit", "1"});
    BOOST_TEST(contains(largest.out, local_text(two)), largest.out);
    BOOST_TEST(!contains(largest.out, local_text(one)), largest.out);
    BOOST_TEST(largest.err.empty(), largest.err); // who limits knows
    BOOST_TEST(polyport({"ps"}).err.empty());

    // A daemon with more than fit into one list.
    auto const listener = listen_tcp();
    std::thread many([&listener] {
        unique_fd const asked(::accept(listener.get(), nullptr, nullptr));
        receive_until(asked, "\r\n\r\n");
        std::string const body = R"({"total":10007,"connections":[],"matched":10007})";
        send_all(asked,
                 "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    });
    auto const some = run({client_program(), "ps", "--admin", std::to_string(local_port(listener))});
    many.join();
    BOOST_TEST(some.status == 0);
    BOOST_TEST(contains(some.err, "10007 more are not shown; see them with --limit 10007"), some.err);
}

BOOST_AUTO_TEST_CASE(a_table_fits_its_terminal)
{
    auto const one = client();
    for (std::string const name : {"ps", "stats"}) {
        for (auto const* const columns : {"40", "60", "80", "120"}) {
            launch_options options;
            options.environment = {"COLUMNS=" + std::string(columns)};
            auto arguments = std::vector<std::string>{name};
            if (name == "ps")
                arguments.emplace_back("--all");
            auto const shown = run(command(arguments), {}, options);
            std::size_t widest = 0;
            for (std::size_t begin = 0; begin < shown.out.size();) {
                auto const end = shown.out.find('\n', begin);
                auto const line = shown.out.substr(begin, end - begin);
                auto const characters =
                    std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
                widest = std::max(widest, static_cast<std::size_t>(characters));
                if (name == "stats" && begin > 0) // the first line is a sentence, which may be cut
                    BOOST_TEST(!line.ends_with("…"), columns << ": " << line);
                begin = end + 1;
            }
            BOOST_TEST(widest <= std::stoul(columns), shown.out);
            BOOST_TEST(widest > 20U);
        }
    }
}

BOOST_AUTO_TEST_CASE(kill_ends_connections)
{
    auto const one = client();
    auto const two = client();
    BOOST_TEST_REQUIRE(shows("?service=tcp-uppercase&state=idle", 2U));
    auto const id =
        std::to_string(number_at(connections("?remote=" + local_text(one)).at(0).as_object(), "id"));
    auto const ended = polyport({"kill", id});
    BOOST_TEST(ended.status == 0);
    BOOST_TEST(ended.out == "1 connection ended\n");
    BOOST_TEST(receive_to_end(one).empty());
    BOOST_TEST_REQUIRE(shows("?service=tcp-uppercase", 1U));
    auto const again = polyport({"kill", id});
    BOOST_TEST(again.status == 1);
    BOOST_TEST(contains(again.err, "connection " + id + " is not there"), again.err);
    BOOST_TEST(polyport({"kill", "--service", "tcp-uppercase", "--json"}).out == "{\"ended\":1}\n");
    BOOST_TEST(receive_to_end(two).empty());
    for (std::vector<std::string> const& wrong : {std::vector<std::string>{"kill"},
                                                  {"kill", "x"},
                                                  {"kill", "1", "--service", "a"},
                                                  {"kill", "1", "--finish", "--reset"}})
        BOOST_TEST(polyport(wrong).status == 2);
}

BOOST_AUTO_TEST_CASE(stats_and_log_level)
{
    auto const stats = polyport({"stats"});
    BOOST_TEST(stats.status == 0);
    BOOST_TEST(contains(stats.out, "tcp-uppercase"), stats.out);
    BOOST_TEST(contains(stats.out, "process_resident_memory_bytes"), stats.out);
    BOOST_TEST(contains(stats.out, "polyport_event_subscribers_dropped_total"), stats.out);
    BOOST_TEST(!std::regex_search(stats.out, std::regex("[0-9][eE][-+]?[0-9]")), stats.out);
    BOOST_TEST(json::parse(polyport({"stats", "--json"}).out).is_object());
    BOOST_TEST(polyport({"log-level"}).out == "info\n");
    BOOST_TEST(polyport({"log-level", "debug"}).out == "debug\n");
    BOOST_TEST(polyport({"log-level"}).out == "debug\n");
}

BOOST_AUTO_TEST_CASE(watch_prints_events_until_the_daemon_stops)
{
    outcome seen;
    std::thread watching([&] { seen = polyport({"watch", "--only", "closed", "--only", "draining"}); });
    BOOST_TEST(
        eventually([&] { return number_at(get("/stats").at("events").as_object(), "subscribers") == 1U; }));
    auto const who = local_text(client());
    BOOST_TEST_REQUIRE(shows("?service=tcp-uppercase", 0U));
    BOOST_TEST(polyport({"drain"}).out == "draining\n");
    watching.join();
    BOOST_TEST(seen.status == 1);
    BOOST_TEST(contains(seen.out, "closed"), seen.out);
    BOOST_TEST(contains(seen.out, "from " + who), seen.out);
    BOOST_TEST(std::regex_search(seen.out, std::regex(" age=[0-9.]+[mu]?s\n")), seen.out);
    BOOST_TEST(contains(seen.out, "draining"), seen.out);
    BOOST_TEST(!contains(seen.out, "opened"), seen.out);
    BOOST_TEST((server().wait() == 0));
}

BOOST_AUTO_TEST_CASE(drain_waits_if_asked)
{
    auto const drained = polyport({"drain", "--wait"});
    BOOST_TEST(drained.status == 0, drained.err);
    BOOST_TEST(drained.out == "drained\n");
    BOOST_TEST((server().wait() == 0));
}

BOOST_AUTO_TEST_CASE(without_a_daemon_it_says_where_it_looked)
{
    temporary_directory const directory;
    for (auto const* const name : {"ps", "top", "stats", "watch", "drain", "log-level"}) {
        auto const failed = run({client_program(), name, "--admin", directory / "none.sock"});
        BOOST_TEST(failed.status == 1, name);
        BOOST_TEST(contains(failed.err, "none.sock"), failed.err);
        BOOST_TEST(contains(failed.err, "--admin"), failed.err);
    }
    launch_options options;
    options.environment = {"POLYPORT_ADMIN=" + path()};
    BOOST_TEST(run({client_program(), "log-level"}, {}, options).out == "info\n");
    BOOST_TEST(run({client_program(), "ps", "--admin", "udp://127.0.0.1:1"}).status == 2);
    BOOST_TEST(run({client_program(), "ps", "--colour"}).status == 2);
    BOOST_TEST(run({client_program(), "watch", "--only", "sunset"}).status == 2);
    BOOST_TEST(run({client_program(), "ps", "extra", "--admin", path()}).status == 2);
}

BOOST_AUTO_TEST_CASE(a_listener_that_is_no_daemon_is_reported_and_one_that_is_silent_times_out)
{
    // The upper case service answers the request with itself in upper case.
    auto const wrong =
        run({client_program(), "ps", "--admin", std::to_string(server().port("tcp-uppercase"))});
    BOOST_TEST(wrong.status == 1);
    auto const listener = listen_tcp();
    auto const late =
        run({client_program(), "ps", "--timeout", "200ms", "--admin", std::to_string(local_port(listener))});
    BOOST_TEST(late.status == 3);
    BOOST_TEST(contains(late.err, "200ms"), late.err);
}

BOOST_AUTO_TEST_CASE(top_prints_tables_where_there_is_no_terminal)
{
    auto const one = client();
    auto const shown = polyport({"top", "--count", "2", "--interval", "100ms"});
    BOOST_TEST(shown.status == 0, shown.err);
    BOOST_TEST(contains(shown.out, local_text(one)), shown.out);
    BOOST_TEST(!contains(shown.out, "\x1b"), shown.out);
    BOOST_TEST(shown.out.starts_with("polyportd "), shown.out);
    BOOST_TEST(polyport({"top", "--interval", "1ms"}).status == 2);
}

BOOST_AUTO_TEST_CASE(top_draws_on_a_terminal_and_puts_it_back)
{
    constexpr std::string_view begin = "\x1b[?1049h";
    constexpr std::string_view end = "\x1b[?1049l";
    auto const one = client();
    for (std::string_view const way : {"q", "interrupt", "daemon"}) {
        terminal_session session(command({"top", "--interval", "100ms"}));
        BOOST_TEST(session.shows(begin));
        BOOST_TEST(session.shows("connections"));
        BOOST_TEST(session.shows("by rate"));
        session.type("b");
        BOOST_TEST(session.shows("by bytes"));
        if (way == "q")
            session.type("q");
        else if (way == "interrupt")
            session.type("\x03"); // the key that sends SIGINT
        else
            server().stop();
        BOOST_TEST(session.finish() == (way == "daemon" ? 1 : 0), way);
        auto const& screen = session.screen();
        BOOST_TEST(screen.rfind(end) > screen.rfind(begin));
        BOOST_TEST(contains(screen.substr(screen.rfind("\x1b[?25h")), end)); // the cursor too
    }
}

// Which end it must put the terminal back by itself, and which even a bug's: those end as by the signal.
BOOST_AUTO_TEST_CASE(signals_end_top_and_put_the_terminal_back)
{
    struct {
        int number;
        int status;
    } const table[] = {{SIGTERM, 0}, {SIGHUP, 0},  {SIGQUIT, 0},
                       {SIGUSR1, 0}, {SIGALRM, 0}, {SIGABRT, 128 + SIGABRT}};
    for (auto const& row : table) {
        terminal_session session(command({"top", "--interval", "100ms"}));
        BOOST_TEST_REQUIRE(session.shows("by rate"));
        session.signal(row.number);
        BOOST_TEST(session.finish() == row.status, ::strsignal(row.number));
        BOOST_TEST(contains(session.screen().substr(session.screen().rfind("\x1b[?25h")), "\x1b[?1049l"),
                   ::strsignal(row.number));
    }
}

BOOST_AUTO_TEST_CASE(top_can_be_stopped_and_goes_on)
{
    terminal_session session(command({"top", "--interval", "100ms"}));
    BOOST_TEST_REQUIRE(session.shows("by rate"));
    session.signal(SIGTSTP);
    BOOST_TEST(session.shows("\x1b[?1049l"));
    BOOST_TEST_REQUIRE(session.stops()); // only then it can go on
    session.signal(SIGCONT);
    BOOST_TEST(session.shows("\x1b[?1049h"));
    BOOST_TEST(session.shows("by rate"));
    session.type("q");
    BOOST_TEST(session.finish() == 0);
}

BOOST_AUTO_TEST_CASE(top_hears_the_keyboard_while_the_daemon_is_stuck)
{
    for (std::string_view const way : {"q", "\x03"}) {
        terminal_session session(command({"top", "--interval", "100ms", "--timeout", "1h"}));
        BOOST_TEST_REQUIRE(session.shows("by rate"));
        BOOST_TEST(::kill(server().pid(), SIGSTOP) == 0);
        session.type("b"); // drawn anew from what was known last
        BOOST_TEST(session.shows("by bytes"));
        session.type(way);
        BOOST_TEST(session.finish() == 0);
        BOOST_TEST(::kill(server().pid(), SIGCONT) == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
