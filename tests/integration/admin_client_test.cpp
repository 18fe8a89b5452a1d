// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/admin_calls.hpp"
#include "tests/integration/terminal.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

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

    auto const as_json = polyport({"ps", "--json", "--service", "tcp-uppercase"});
    BOOST_TEST(json::parse(as_json.out).at("connections").as_array().size() == 1U);
    BOOST_TEST(polyport({"ps", "--state", "busy", "--service", "tcp-uppercase"}).out.find(local_text(one)) ==
               std::string::npos);

    auto const peer = connect_udp(server().port("udp-uppercase"));
    send_datagram(peer, "x");
    receive_datagram(peer);
    BOOST_TEST(contains(polyport({"ps", "--flows"}).out, std::to_string(local_port(peer))));
}

BOOST_AUTO_TEST_CASE(a_table_fits_its_terminal)
{
    auto const one = client();
    for (auto const* const columns : {"40", "80", "120"}) {
        launch_options options;
        options.environment = {"COLUMNS=" + std::string(columns)};
        auto const shown = run(command({"ps", "--all"}), {}, options);
        std::size_t widest = 0;
        for (std::size_t begin = 0; begin < shown.out.size();) {
            auto const end = shown.out.find('\n', begin);
            auto const line = shown.out.substr(begin, end - begin);
            auto const characters =
                std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
            widest = std::max(widest, static_cast<std::size_t>(characters));
            begin = end + 1;
        }
        BOOST_TEST(widest <= std::stoul(columns), shown.out);
        BOOST_TEST(widest > 20U);
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
    auto const bad = polyport({"kill", "--state", "asleep"});
    BOOST_TEST(bad.status == 1);
    BOOST_TEST(contains(bad.err, "state: 'asleep'"), bad.err);
}

BOOST_AUTO_TEST_CASE(stats_and_log_level)
{
    auto const stats = polyport({"stats"});
    BOOST_TEST(stats.status == 0);
    BOOST_TEST(contains(stats.out, "tcp-uppercase"), stats.out);
    BOOST_TEST(contains(stats.out, "process_resident_memory_bytes"), stats.out);
    BOOST_TEST(json::parse(polyport({"stats", "--json"}).out).is_object());
    BOOST_TEST(polyport({"log-level"}).out == "info\n");
    BOOST_TEST(polyport({"log-level", "debug"}).out == "debug\n");
    BOOST_TEST(polyport({"log-level"}).out == "debug\n");
    auto const wrong = polyport({"log-level", "loud"});
    BOOST_TEST(wrong.status == 1);
    BOOST_TEST(contains(wrong.err, "trace, debug"), wrong.err);
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

BOOST_AUTO_TEST_SUITE_END()
