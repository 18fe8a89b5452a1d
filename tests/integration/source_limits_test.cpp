// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/access_site.hpp"
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace polyport::integration;
using polyport::unique_fd;

BOOST_AUTO_TEST_SUITE(source_limits)

BOOST_AUTO_TEST_CASE(a_source_has_so_many_connections_and_others_have_theirs)
{
    daemon_process const server({"--tcp-uppercase", "0", "--max-connections-per-ip", "2"});
    auto const port = server.port("tcp-uppercase");
    unique_fd const first = connect_tcp(port);
    unique_fd second = connect_tcp(port);
    BOOST_TEST(is_served(first));
    BOOST_TEST(is_served(second));
    BOOST_TEST(!is_served(connect_tcp(port)));
    BOOST_TEST(is_served(connect_tcp(port, "127.0.0.1", "127.0.0.2")));
    second.reset();
    BOOST_TEST(eventually([&] { return is_served(connect_tcp(port)); }));
    auto const said = server.log().wait_for([](log_line const& line) { return line.event() == "refused"; });
    BOOST_TEST_REQUIRE(said.has_value());
    BOOST_TEST(said->field("reason") == "connections-per-ip");
}

BOOST_AUTO_TEST_CASE(new_connections_of_a_source_may_come_so_fast)
{
    daemon_process const server(
        {"--tcp-uppercase", "0", "--connection-rate", "tcp-uppercase=1/h:3", "--limit-exempt", "127.0.0.9"});
    auto const port = server.port("tcp-uppercase");
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(is_served(connect_tcp(port)));
    BOOST_TEST(!is_served(connect_tcp(port)));
    BOOST_TEST(is_served(connect_tcp(port, "127.0.0.1", "127.0.0.2")));
    for (int i = 0; i < 6; ++i)
        BOOST_TEST(is_served(connect_tcp(port, "127.0.0.1", "127.0.0.9")));
}

BOOST_AUTO_TEST_CASE(a_service_has_a_limit_of_its_own)
{
    daemon_process const server(
        {"--tcp-uppercase", "0", "--http", "0", "--http-root", "/", "--max-connections", "tcp-uppercase=1"});
    unique_fd first = connect_tcp(server.port("tcp-uppercase"));
    BOOST_TEST(is_served(first));
    unique_fd const waiting = connect_tcp(server.port("tcp-uppercase"));
    send_all(waiting, "y");
    BOOST_TEST(server.log().wait_for_count("accept-paused", 1));
    unique_fd const other = connect_tcp(server.port("http"));
    send_all(other, get_request("/no such"));
    BOOST_TEST(receive_some(other).starts_with("HTTP/1.1 400"));
    first.reset();
    BOOST_TEST(receive_some(waiting) == "Y"); // it was only held back
}

BOOST_AUTO_TEST_CASE(datagrams_of_a_source_may_come_so_fast)
{
    daemon_process const server({"--udp-uppercase", "0", "--datagram-rate", "1/h:5"});
    unique_fd const client = connect_udp(server.port("udp-uppercase"));
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(is_answered(client));
    BOOST_TEST(!is_answered(client));
    BOOST_TEST(!is_answered(connect_udp(server.port("udp-uppercase")))); // the address counts, not the port
}

BOOST_AUTO_TEST_CASE(a_connection_sends_so_many_bytes_a_second)
{
    access_site const files;
    write_file(files.root / "large.bin", noise(400'000));
    daemon_process const server(files.arguments({"--tcp-uppercase", "0", "--rate-limit", "http=200k"}));
    auto const before = std::chrono::steady_clock::now();
    bool const same = http_get(server.port("http"), "/large.bin").body == noise(400'000);
    auto const took = std::chrono::steady_clock::now() - before;
    BOOST_TEST(same);
    BOOST_TEST((took > milliseconds(1500)));
    unique_fd const quick = connect_tcp(server.port("tcp-uppercase"));
    auto const start = std::chrono::steady_clock::now();
    BOOST_TEST(converse(quick, std::string(1'000'000, 'x')).size() == 1'000'000U);
    BOOST_TEST((std::chrono::steady_clock::now() - start < took)); // no limit there
}

// Whatever sends: a stream of either kind, and a program.
BOOST_AUTO_TEST_CASE(all_that_is_sent_on_a_connection_counts_for_its_rate)
{
    access_site const files;
    std::string const path = files.directory / "s.sock";
    write_file(files.root / "print", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n"
                                     "head -c 60000 /dev/zero\n");
    std::filesystem::permissions(files.root / "print", std::filesystem::perms::owner_all);
    daemon_process const server(
        files.arguments({"--tcp-uppercase", "0", "--local-stream", path, "--rate-limit", "50k"}));
    auto const seconds = [&](auto work) {
        auto const before = std::chrono::steady_clock::now();
        work();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
    };
    auto const bytes = std::string(60'000, 'x');
    // The first tenth of a second's worth goes out at once.
    BOOST_TEST(seconds([&] {
                   BOOST_TEST(converse(connect_tcp(server.port("tcp-uppercase")), bytes).size() == 60'000U);
               }) > 0.8);
    BOOST_TEST(seconds([&] { BOOST_TEST(converse(connect_unix(path), bytes).size() == 60'000U); }) > 0.8);
    BOOST_TEST(seconds([&] { BOOST_TEST(http_get(server.port("http"), "/print").body.size() == 60'000U); }) >
               0.8);
}

BOOST_AUTO_TEST_CASE(requests_of_a_source_may_come_so_fast)
{
    access_site const files;
    daemon_process const server(files.arguments({"--http-request-rate", "/private/=1/m:2"}));
    auto const get = [&](std::string_view target) { return http_get(server.port("http"), target); };
    for (int i = 0; i < 2; ++i)
        BOOST_TEST(get("/private/x.txt").status == 200);
    auto const refused = get("/private/x.txt");
    BOOST_TEST(refused.status == 429);
    auto const seconds = std::stoi(refused.field("retry-after"));
    BOOST_TEST(seconds > 0);
    BOOST_TEST(seconds <= 60);
    BOOST_TEST(get("/open.txt").status == 200);
    // A connection that stays is no way around it, and the next source has its own.
    auto const request = get_request("/private/x.txt");
    unique_fd const other = connect_tcp(server.port("http"), "127.0.0.1", "127.0.0.2");
    send_all(other, request + request + request + get_request("/open.txt"));
    for (int const expected : {200, 200, 429, 200})
        BOOST_TEST(receive_reply(other).status == expected);
}

BOOST_AUTO_TEST_CASE(a_client_of_ipv6_is_counted_too)
{
    access_site const files;
    daemon_process const server({"--tcp-uppercase", "[::1]:0", "--udp-uppercase", "[::1]:0", "--http",
                                 "[::1]:0", "--http-root", files.root.string(), "--max-connections-per-ip",
                                 "tcp-uppercase=1", "--datagram-rate", "1/h:2", "--http-request-rate",
                                 "1/h:1"});
    unique_fd const first = connect_tcp(server.port("tcp-uppercase"), "::1");
    BOOST_TEST(is_served(first));
    BOOST_TEST(!is_served(connect_tcp(server.port("tcp-uppercase"), "::1")));
    unique_fd const sender = connect_udp(server.port("udp-uppercase"), "::1");
    BOOST_TEST(is_answered(sender));
    BOOST_TEST(is_answered(sender));
    BOOST_TEST(!is_answered(sender));
    unique_fd const client = connect_tcp(server.port("http"), "::1");
    send_all(client, get_request("/open.txt") + get_request("/open.txt"));
    BOOST_TEST(receive_reply(client).status == 200);
    BOOST_TEST(receive_reply(client).status == 429);
}

// With addresses written by the sender, one host can be as many sources as there are.
BOOST_AUTO_TEST_CASE(a_spray_of_sources_does_not_fill_the_memory)
{
    daemon_process const server(
        {"--udp-uppercase", "0", "--datagram-rate", "10/s", "--limit-exempt", "127.0.0.1"},
        {.environment = {"ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:quarantine_size_mb=1"}});
    auto const port = server.port("udp-uppercase");
    unique_fd const pace = connect_udp(port);
    unique_fd const sender = bind_udp(0, "0.0.0.0");
    auto const spray = [&](int from, int count) {
        for (int i = from; i < from + count; ++i) {
            auto const address = "127." + std::to_string(1 + i / 65536) + '.' +
                                 std::to_string(i / 256 % 256) + '.' + std::to_string(i % 256);
            send_datagram_from(sender, address, port, "x");
            if (i % 100 == 0) { // what overflows the socket would not be seen
                send_datagram(pace, "x");
                BOOST_TEST_REQUIRE(receive_datagram(pace) == "X");
            }
        }
    };
    spray(0, 1000);
    auto const before = resident_memory(server.pid());
    spray(1000, 100'000);
    auto const more = resident_memory(server.pid()) - before;
    BOOST_TEST_MESSAGE("100,000 sources take " << more / 1024 << " KiB");
    BOOST_TEST(more < 16 << 20);
}

BOOST_AUTO_TEST_SUITE_END()
