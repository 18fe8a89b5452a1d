// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

struct every_service {
    temporary_directory directory;
    std::string stream = directory / "s.sock";
    std::string datagram = directory / "d.sock";
    daemon_process server{{"--tcp-uppercase", "0", "--udp-uppercase", "0", "--local-stream", stream,
                           "--local-datagram", datagram, "--http", "0", "--http-root",
                           POLYPORT_SOURCE_DIR "/config/www", "--http-header-timeout", "1s",
                           "--write-timeout", "1s"}};
};

/// Sends noise in pieces of odd sizes, some that begin like a request, and leaves in one of several ways.
void disturb(unique_fd const& client, std::uint64_t seed)
{
    set_limit(client, milliseconds(50));
    std::string const bytes = noise(1 + seed * 7919 % 30'000, seed);
    std::string const start = seed % 3 == 0 ? "GET /index.html HTTP/1.1\r\nHost: a\r\n" : "";
    try {
        send_all(client, start);
        for (std::size_t from = 0; from < bytes.size(); from += 1 + seed * 31 % 4000)
            send_all(client, std::string_view(bytes).substr(from, 1 + seed * 31 % 4000));
        if (seed % 4 == 0)
            reset_on_close(client);
        else if (seed % 4 == 1)
            shut_sending(client);
        if (seed % 4 <= 1)
            return;
        for (int i = 0; i < 3; ++i)
            receive_some(client);
    } catch (std::system_error const&) {
        // That it refuses such a client is its right.
    }
}

void check_that_it_works(every_service const& services)
{
    daemon_process const& server = services.server;
    BOOST_TEST(converse(connect_tcp(server.port("tcp-uppercase")), "abcd") == "ABCD");
    BOOST_TEST(converse(connect_unix(services.stream), "abcd") == "ABCD");
    unique_fd const udp = connect_udp(server.port("udp-uppercase"));
    send_datagram(udp, "abcd");
    BOOST_TEST(receive_datagram(udp) == "ABCD");
    unique_fd const local = connect_unix_datagram(services.datagram, services.directory / "own");
    send_datagram(local, "abcd");
    BOOST_TEST(receive_datagram(local) == "ABCD");
    unique_fd const http = connect_tcp(server.port("http"));
    send_all(http, "GET / HTTP/1.0\r\n\r\n");
    BOOST_TEST(receive_to_end(http).starts_with("HTTP/1.1 200"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(random_bytes)

BOOST_AUTO_TEST_CASE(neither_crash_nor_leak_nor_spin)
{
    every_service services;
    daemon_process const& server = services.server;
    check_that_it_works(services);
    std::filesystem::remove(services.directory / "own");
    descriptor_check const descriptors(server);
    std::vector<std::function<unique_fd()>> const doors{
        [&] { return connect_tcp(server.port("tcp-uppercase")); },
        [&] { return connect_unix(services.stream); },
        [&] { return connect_tcp(server.port("http")); },
    };
    std::size_t opened = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed)
        for (auto const& door : doors) {
            disturb(door(), seed);
            ++opened;
        }
    unique_fd const udp = connect_udp(server.port("udp-uppercase"));
    unique_fd const local = connect_unix_datagram(services.datagram);
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        send_datagram(udp, noise(seed * 331 % 65'508, seed));
        send_datagram(local, noise(seed * 331 % 65'508, seed));
    }
    BOOST_TEST(server.log().wait_for_count("closed", opened));
    check_that_it_works(services);
    double const before = server.processor_seconds();
    ::usleep(500'000);
    BOOST_TEST(server.processor_seconds() - before < 0.1);
}

BOOST_AUTO_TEST_CASE(the_log_stays_one_record_a_line)
{
    every_service services;
    std::string const evil = "GET /\x1b[31m\r\n{\"event\":\"forged\"}\r\n\xff\xfe HTTP/1.1\r\n\r\n";
    for (std::uint16_t const port : {services.server.port("http"), services.server.port("tcp-uppercase")}) {
        unique_fd const client = connect_tcp(port);
        send_all(client, evil);
        shut_sending(client);
        BOOST_TEST(!receive_to_end(client).empty());
    }
    services.server.stop();
    for (log_line const& line : services.server.log().lines()) {
        BOOST_TEST(!line.fields.empty(), "no JSON: " << line.text);
        BOOST_TEST(line.event() != "forged");
        bool const clean = std::all_of(line.text.begin(), line.text.end(),
                                       [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
        BOOST_TEST(clean, line.text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
