// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/admin_calls.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/stat.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace json = boost::json;

namespace {

/// The samples of a scrape, read strictly: whatever breaks the text format throws std::runtime_error.
std::map<std::string, double> read_metrics(std::string const& text, bool openmetrics)
{
    std::map<std::string, double> samples;
    std::set<std::string> families;
    std::string family;
    std::string kind;
    std::size_t begin = 0;
    bool ended = false;
    auto const fail = [](std::string const& line) {
        throw std::runtime_error("not a line of metrics: " + line);
    };
    while (begin < text.size()) {
        auto const end = text.find('\n', begin);
        if (end == std::string::npos)
            throw std::runtime_error("the last line has no end");
        auto const line = text.substr(begin, end - begin);
        begin = end + 1;
        if (ended)
            fail(line);
        if (line == "# EOF") {
            ended = true;
            continue;
        }
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            if (!families.insert(family).second)
                fail(line); // a family stands together
            continue;
        }
        if (line.starts_with("# TYPE ")) {
            if (line.substr(7, line.find(' ', 7) - 7) != family)
                fail(line);
            kind = line.substr(line.rfind(' ') + 1);
            continue;
        }
        if (line.starts_with("# UNIT ")) {
            if (!openmetrics || line != "# UNIT " + family + " " + family.substr(family.rfind('_') + 1))
                fail(line);
            continue;
        }
        auto const space = line.rfind(' ');
        auto const name = line.substr(0, std::min(line.find('{'), space));
        auto const suffix = name.starts_with(family) ? name.substr(family.size()) : "?";
        bool const fits = kind == "histogram" ? suffix == "_bucket" || suffix == "_sum" || suffix == "_count"
                          : kind == "counter" ? suffix == (openmetrics ? "_total" : "")
                                              : kind == "gauge" && suffix.empty();
        char* rest = nullptr;
        auto const value = std::strtod(line.c_str() + space + 1, &rest);
        if (!fits || *rest != '\0' || !samples.emplace(line.substr(0, space), value).second)
            fail(line);
    }
    if (ended != openmetrics)
        throw std::runtime_error("the end of OpenMetrics is in the wrong place");
    return samples;
}

void check_with_promtool(std::string const& text)
{
    if (run({"sh", "-c", "command -v promtool"}).status != 0) {
        BOOST_TEST_MESSAGE("promtool is not installed");
        return;
    }
    auto const checked = run({"promtool", "check", "metrics"}, text);
    BOOST_TEST(checked.status == 0, checked.err + checked.out);
}

std::string read_event(unique_fd const& from, std::string_view name)
{
    for (;;) {
        auto const block = receive_until(from, "\n\n");
        if (block.find("event: " + std::string(name) + "\n") == std::string::npos)
            continue;
        auto const data = block.find("data: ") + 6;
        return block.substr(data, block.find('\n', data) - data);
    }
}

unique_fd subscribe(std::string const& path, std::string_view query = {})
{
    auto subscriber = connect_unix(path);
    // Of HTTP/1.0, so that the events come without chunks around them.
    send_all(subscriber, "GET /events" + std::string(query) + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
    auto const head = receive_until(subscriber, "\r\n\r\n");
    BOOST_TEST_REQUIRE(head.starts_with("HTTP/1.1 200"));
    BOOST_TEST(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
    return subscriber;
}

} // namespace

BOOST_AUTO_TEST_SUITE(admin_counts)

BOOST_AUTO_TEST_CASE(metrics_are_valid_and_count_what_happened)
{
    temporary_directory const root;
    write_file(root / "index.html", "hello");
    steered_daemon daemon(
        {"--http", "0", "--http-root", root.path(), "--udp-uppercase", "0", "--tcp-uppercase", "0"});
    auto const port = daemon.server().port("http");
    BOOST_TEST(http_get(port, "/").status == 200);
    BOOST_TEST(http_get(port, "/index.html").status == 200);
    BOOST_TEST(http_get(port, "/nothing").status == 404);
    auto const peer = connect_udp(daemon.server().port("udp-uppercase"));
    send_datagram(peer, "abc");
    BOOST_TEST(receive_datagram(peer) == "ABC");
    BOOST_TEST_REQUIRE(daemon.shows("?service=http", 0U));

    auto const plain = daemon.call("GET", "/metrics");
    BOOST_TEST(plain.field("content-type") == "text/plain; version=0.0.4; charset=utf-8");
    auto const samples = read_metrics(plain.body, false);
    check_with_promtool(plain.body);
    struct {
        std::string name;
        double value;
    } const table[] = {
        {"polyport_connections_opened_total{service=\"http\"}", 3},
        {"polyport_connections_closed_total{service=\"http\"}", 3},
        {"polyport_connections{service=\"http\"}", 0},
        {"polyport_connection_duration_seconds_count{service=\"http\"}", 3},
        {"polyport_http_request_duration_seconds_count{service=\"http\",status=\"2xx\"}", 2},
        {"polyport_http_request_duration_seconds_bucket{service=\"http\",status=\"2xx\",le=\"+Inf\"}", 2},
        {"polyport_http_request_duration_seconds_count{service=\"http\",status=\"4xx\"}", 1},
        {"polyport_http_time_to_first_byte_seconds_count{service=\"http\",status=\"2xx\"}", 2},
        {"polyport_datagrams_received_total{service=\"udp-uppercase\"}", 1},
        {"polyport_received_bytes_total{service=\"udp-uppercase\"}", 3},
        {"polyport_flows", 1},
        {"polyport_connections_limit", 10'000},
        {"polyport_draining", 0},
    };
    for (auto const& row : table) {
        auto const found = samples.find(row.name);
        BOOST_TEST_REQUIRE((found != samples.end()), row.name);
        BOOST_TEST(found->second == row.value, row.name);
    }
    BOOST_TEST(samples.at("process_resident_memory_bytes") > 1e6);
    BOOST_TEST(samples.at("process_start_time_seconds") > 1.7e9);

    auto const open = daemon.call(
        "GET", "/metrics", "Accept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2\r\n");
    BOOST_TEST(open.field("content-type") == "application/openmetrics-text; version=1.0.0; charset=utf-8");
    auto const open_samples = read_metrics(open.body, true);
    BOOST_TEST(open_samples.at("polyport_connections_opened_total{service=\"http\"}") == 3);
}

BOOST_AUTO_TEST_CASE(a_slow_answer_is_counted_with_its_first_byte_before_its_end)
{
    temporary_directory const root;
    write_file(root / "slow.sh",
               "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nfirst\\n'\nsleep 0.3\necho last\n");
    std::filesystem::permissions(root / "slow.sh", std::filesystem::perms::owner_all);
    steered_daemon daemon({"--http", "0", "--http-root", root.path(), "--http-cgi", ".sh=/bin/sh"});
    BOOST_TEST(http_get(daemon.server().port("http"), "/slow.sh").status == 200);
    auto const samples = read_metrics(daemon.call("GET", "/metrics").body, false);
    auto const labels = std::string("{service=\"http\",status=\"2xx\"}");
    auto const whole = samples.at("polyport_http_request_duration_seconds_sum" + labels);
    auto const first = samples.at("polyport_http_time_to_first_byte_seconds_sum" + labels);
    BOOST_TEST(whole > 0.3);
    BOOST_TEST(first < whole - 0.25);
}

BOOST_AUTO_TEST_CASE(programs_and_refusals_are_told_and_counted)
{
    temporary_directory const root;
    write_file(root / "slow.sh",
               "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nread line <\"$QUERY_STRING\"\n");
    std::filesystem::permissions(root / "slow.sh", std::filesystem::perms::owner_all);
    auto const fifo = (root / "fifo").string();
    BOOST_TEST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    steered_daemon daemon({"--http", "0", "--http-root", root.path(), "--http-cgi", ".sh=/bin/sh",
                           "--http-cgi-max", "1", "--http-cgi-queue", "0"});
    auto const port = daemon.server().port("http");
    auto const subscriber = subscribe(daemon.path());
    auto const busy = connect_tcp(port);
    send_all(busy, get_request("/slow.sh?" + fifo));
    auto const started = json::parse(read_event(subscriber, "program-started")).as_object();
    BOOST_TEST(text_at(started, "program").ends_with("/slow.sh"));
    BOOST_TEST(text_at(started, "request") == "GET /slow.sh?" + fifo + " HTTP/1.1");
    auto const shown = daemon.connections("?program=on");
    BOOST_TEST_REQUIRE(shown.size() == 1U);
    BOOST_TEST(number_at(shown[0].as_object().at("program").as_object(), "pid") == number_at(started, "pid"));

    BOOST_TEST(http_get(port, "/slow.sh").status == 503);
    auto const refused = json::parse(read_event(subscriber, "refused")).as_object();
    BOOST_TEST(text_at(refused, "service") == "http");
    BOOST_TEST(text_at(refused, "reason") == "programs-busy");
    BOOST_TEST(text_at(refused.at("remote").as_object(), "address") == "127.0.0.1");

    std::ofstream(fifo) << "go on\n";
    auto const ended = json::parse(read_event(subscriber, "program-ended")).as_object();
    BOOST_TEST(number_at(ended, "pid") == number_at(started, "pid"));
    BOOST_TEST(number_at(ended, "status") == 200U);
    BOOST_TEST(ended.contains("exit"));
    BOOST_TEST(number_at(ended, "exit") == 0U);
    BOOST_TEST(!ended.contains("reason"));
    auto const samples = read_metrics(daemon.call("GET", "/metrics").body, false);
    BOOST_TEST(samples.at("polyport_refused_total{service=\"http\",reason=\"programs-busy\"}") == 1);
    BOOST_TEST(samples.at("polyport_cgi_started_total{service=\"http\"}") == 1);
    BOOST_TEST(samples.at("polyport_cgi_duration_seconds_count{service=\"http\",status=\"2xx\"}") == 1);
}

BOOST_AUTO_TEST_CASE(a_program_whose_client_leaves_has_answered_with_nothing)
{
    temporary_directory const root;
    write_file(root / "silent.sh", "#!/bin/sh\nexec sleep 1000\n");
    steered_daemon daemon({"--http", "0", "--http-root", root.path(), "--http-cgi", ".sh=/bin/sh"});
    auto const subscriber = subscribe(daemon.path());
    {
        auto const client = connect_tcp(daemon.server().port("http"));
        send_all(client, get_request("/silent.sh"));
        read_event(subscriber, "program-started");
    }
    auto const ended = json::parse(read_event(subscriber, "program-ended")).as_object();
    BOOST_TEST(ended.at("status").is_null());
    BOOST_TEST(text_at(ended, "reason") == "client gone");
    auto const samples = read_metrics(daemon.call("GET", "/metrics").body, false);
    BOOST_TEST(samples.at("polyport_cgi_duration_seconds_count{service=\"http\",status=\"none\"}") == 1);
}

BOOST_AUTO_TEST_CASE(an_event_tells_how_a_program_has_ended)
{
    temporary_directory const root;
    write_file(root / "three.sh", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nexit 3\n");
    write_file(root / "term.sh", "#!/bin/sh\nkill -TERM $$\n");
    write_file(root / "sleep.sh", "#!/bin/sh\nexec sleep 1000\n");
    steered_daemon daemon({"--http", "0", "--http-root", root.path(), "--http-cgi", ".sh=/bin/sh",
                           "--http-cgi-idle-timeout", "100ms"});
    auto const port = daemon.server().port("http");
    auto const subscriber = subscribe(daemon.path());
    struct {
        std::string target;
        std::string event;
    } const table[] = {
        {"/three.sh", R"({"status":200,"exit":3})"},
        {"/term.sh", R"({"status":502,"signal":"TERM","reason":"it printed nothing"})"},
        {"/sleep.sh", R"({"status":504,"signal":"TERM","reason":"http-cgi-idle-timeout"})"},
    };
    for (auto const& row : table) {
        http_get(port, row.target);
        auto ended = json::parse(read_event(subscriber, "program-ended")).as_object();
        BOOST_TEST(text_at(ended, "program").ends_with(row.target));
        BOOST_TEST(ended.at("duration").to_number<double>() > 0);
        for (auto const* const name : {"id", "service", "program", "pid", "received", "sent", "duration"})
            ended.erase(name);
        BOOST_TEST((ended == json::parse(row.event)), json::serialize(ended) << " is not " << row.event);
    }
}

BOOST_AUTO_TEST_CASE(stats_tell_of_every_service)
{
    steered_daemon daemon({"--tcp-uppercase", "0"});
    auto const client = connect_tcp(daemon.server().port("tcp-uppercase"));
    send_all(client, "abc");
    BOOST_TEST(receive_exactly(client, 3) == "ABC");
    auto const stats = daemon.get("/stats");
    BOOST_TEST(number_at(stats, "pid") == static_cast<std::uint64_t>(daemon.server().pid()));
    BOOST_TEST(!stats.at("draining").as_bool());
    BOOST_TEST(number_at(stats.at("connections").as_object(), "open") == 1U);
    auto const& services = stats.at("services").as_array();
    BOOST_TEST_REQUIRE(services.size() == 2U);
    auto const& first = services[0].as_object();
    BOOST_TEST(text_at(first, "name") == "tcp-uppercase");
    BOOST_TEST(number_at(first, "received") == 3U); // of a connection that is still there
    BOOST_TEST(stats.at("endpoints").as_array().size() == 2U);
    BOOST_TEST(!stats.at("metrics").as_array().empty());
}

BOOST_AUTO_TEST_CASE(events_tell_of_connections_that_come_and_go)
{
    steered_daemon daemon({"--tcp-uppercase", "0"});
    auto const subscriber = subscribe(daemon.path(), "?stats=100ms");
    std::string who;
    {
        auto const client = connect_tcp(daemon.server().port("tcp-uppercase"));
        who = std::to_string(local_port(client));
        auto const opened = json::parse(read_event(subscriber, "opened")).as_object();
        BOOST_TEST(text_at(opened, "service") == "tcp-uppercase");
        BOOST_TEST(std::to_string(number_at(opened.at("remote").as_object(), "port")) == who);
        send_all(client, "x");
        BOOST_TEST(receive_exactly(client, 1) == "X");
    }
    auto const closed = json::parse(read_event(subscriber, "closed")).as_object();
    BOOST_TEST(std::to_string(number_at(closed.at("remote").as_object(), "port")) == who);
    BOOST_TEST(number_at(closed, "received") == 1U);
    BOOST_TEST(!text_at(closed, "reason").empty());
    auto const stats = json::parse(read_event(subscriber, "stats")).as_object();
    BOOST_TEST(number_at(stats.at("events").as_object(), "subscribers") == 1U);
}

BOOST_AUTO_TEST_CASE(subscribers_that_never_read_are_dropped_and_counted)
{
    launch_options options;
    options.environment = {"ASAN_OPTIONS=quarantine_size_mb=1"}; // lest what was freed counts as held
    steered_daemon daemon({"--tcp-uppercase", "0", "--write-timeout", "1h"}, options);
    std::vector<unique_fd> idle;
    for (int i = 0; i < 20; ++i)
        idle.push_back(subscribe(daemon.path()));
    auto const dropped = [&daemon] {
        return number_at(daemon.get("/stats").at("events").as_object(), "subscribers_dropped");
    };
    BOOST_TEST(dropped() == 0U);
    auto const port = daemon.server().port("tcp-uppercase");
    auto const before = private_bytes(daemon.server().pid());
    // Each tells of two events; the ring, and what the kernel holds for each subscriber, go full.
    bool all = false;
    for (int i = 0; i < 60 && !all; ++i) {
        for (int k = 0; k < 200; ++k)
            connect_tcp(port);
        all = dropped() == 20U;
    }
    BOOST_TEST(all);
    // Each is counted when it is told to go, and goes when its handler has its turn.
    BOOST_TEST(eventually(
        [&] { return number_at(daemon.get("/stats").at("events").as_object(), "subscribers") == 0U; }));
    auto const samples = read_metrics(daemon.call("GET", "/metrics").body, false);
    BOOST_TEST(samples.at("polyport_event_subscribers") == 0);
    BOOST_TEST(samples.at("polyport_event_subscribers_dropped_total") == 20);
    BOOST_TEST(samples.at("polyport_events_published_total") > 400);
    auto const closed = daemon.server().log().wait_for([](log_line const& line) {
        return line.event() == "closed" && line.field("reason") == "did not keep up with the events";
    });
    BOOST_TEST(closed.has_value());
    BOOST_TEST(private_bytes(daemon.server().pid()) < before + (std::size_t{48} << 20U));
}

BOOST_AUTO_TEST_CASE(there_is_room_for_so_many_subscribers)
{
    steered_daemon daemon({"--tcp-uppercase", "0"});
    std::vector<unique_fd> all;
    for (int i = 0; i < 32; ++i)
        all.push_back(subscribe(daemon.path()));
    auto const refused = daemon.call("GET", "/events");
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(!refused.field("retry-after").empty());
    all.pop_back();
    BOOST_TEST(eventually(
        [&] { return number_at(daemon.get("/stats").at("events").as_object(), "subscribers") == 31U; }));
    subscribe(daemon.path());
}

BOOST_AUTO_TEST_CASE(a_client_that_stalls_in_a_long_answer_is_ended)
{
    steered_daemon daemon({"--tcp-uppercase", "0", "--write-timeout", "200ms"});
    std::vector<unique_fd> many;
    for (int i = 0; i < 900; ++i)
        many.push_back(connect_tcp(daemon.server().port("tcp-uppercase")));
    BOOST_TEST_REQUIRE(daemon.shows("?service=tcp-uppercase&limit=1000", 900U));
    auto const stalled = connect_unix(daemon.path());
    std::string requests;
    for (int i = 0; i < 50; ++i)
        requests += get_request("/connections");
    send_all(stalled, requests);
    auto const ended = daemon.server().log().wait_for([](log_line const& line) {
        return line.event() == "closed" && line.field("service") == "admin" &&
               line.field("reason").find("write time-out") != std::string::npos;
    });
    BOOST_TEST(ended.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
