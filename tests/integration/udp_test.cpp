// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

std::string ask(unique_fd const& client, std::string_view message)
{
    send_datagram(client, message);
    return receive_datagram(client);
}

} // namespace

BOOST_AUTO_TEST_SUITE(udp)

BOOST_AUTO_TEST_CASE(answers_datagrams_of_every_size_over_both_families)
{
    daemon_process server({"--udp-uppercase", "0", "--udp-uppercase", "[::1]:0"});
    descriptor_check const descriptors(server);
    unique_fd const four = connect_udp(server.port("udp-uppercase"));
    unique_fd const six = connect_udp(server.port("udp-uppercase", 1), "::1");
    for (std::size_t const size :
         {0U, 1U, 2U, 64U, 1471U, 1472U, 1473U, 2048U, 2049U, 4096U, 9000U, 65'506U, 65'507U}) {
        std::string const message = noise(size, size + 1);
        for (unique_fd const& client : {std::cref(four), std::cref(six)}) {
            bool const same = ask(client, message) == uppercased(message);
            BOOST_TEST(same, "size " << size);
        }
    }
}

BOOST_AUTO_TEST_CASE(one_datagram_in_is_one_datagram_out)
{
    daemon_process server({"--udp-uppercase", "0"});
    unique_fd const client = connect_udp(server.port("udp-uppercase"));
    for (int i = 0; i < 100; ++i)
        send_datagram(client, "number " + std::to_string(i));
    for (int i = 0; i < 100; ++i)
        BOOST_REQUIRE(receive_datagram(client) == "NUMBER " + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(concurrent_clients_get_their_own_answers)
{
    daemon_process server({"--udp-uppercase", "0"});
    std::vector<unique_fd> clients;
    for (int i = 0; i < 200; ++i)
        clients.push_back(connect_udp(server.port("udp-uppercase")));
    for (std::size_t i = 0; i < clients.size(); ++i)
        send_datagram(clients[i], "client " + std::to_string(i));
    for (std::size_t i = 0; i < clients.size(); ++i)
        BOOST_REQUIRE(receive_datagram(clients[i]) == "CLIENT " + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_wildcard_endpoint_answers_from_the_address_that_was_asked)
{
    daemon_process server({"--udp-uppercase", "*:0"});
    std::uint16_t const port = server.port("udp-uppercase");
    // A connected socket takes datagrams from that address alone.
    for (std::string const host : {"127.0.0.1", "127.0.0.2", "127.1.2.3", "::1"})
        BOOST_TEST(ask(connect_udp(port, host), "from " + host) == uppercased("from " + host));
}

BOOST_AUTO_TEST_CASE(a_client_that_has_gone_does_not_stop_the_service)
{
    daemon_process server({"--udp-uppercase", "0"});
    std::uint16_t const port = server.port("udp-uppercase");
    unique_fd const bystander = connect_udp(port);
    for (int i = 0; i < 50; ++i) {
        unique_fd const client = connect_udp(port);
        for (int n = 0; n < 4; ++n)
            send_datagram(client, "nobody waits for this"); // refused by ICMP once it is closed
    }
    for (int i = 0; i < 100; ++i)
        BOOST_REQUIRE(ask(bystander, "still here") == "STILL HERE");
}

BOOST_AUTO_TEST_CASE(a_client_goes_on_working_across_a_restart)
{
    std::uint16_t port = 0;
    unique_fd client;
    {
        daemon_process server({"--udp-uppercase", "0"});
        port = server.port("udp-uppercase");
        client = connect_udp(port);
        BOOST_TEST(ask(client, "before") == "BEFORE");
    }
    daemon_process server({"--udp-uppercase", std::to_string(port)});
    BOOST_TEST(ask(client, "after") == "AFTER");
}

BOOST_AUTO_TEST_CASE(a_client_that_floods_does_not_starve_the_stream_service)
{
    daemon_process server({"--udp-uppercase", "0", "--tcp-uppercase", "0"});
    unique_fd const flood = connect_udp(server.port("udp-uppercase"));
    unique_fd const stream = connect_tcp(server.port("tcp-uppercase"));
    std::string const message(1000, 'a');
    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < 200; ++i)
            send_datagram(flood, message); // answers that we do not read are dropped by our own socket
        send_all(stream, "turn");
        BOOST_REQUIRE(receive_exactly(stream, 4) == "TURN");
    }
    unique_fd const other = connect_udp(server.port("udp-uppercase"));
    BOOST_TEST(ask(other, "and others") == "AND OTHERS");
}

BOOST_AUTO_TEST_CASE(does_not_use_the_processor_while_nothing_comes)
{
    daemon_process server({"--udp-uppercase", "0"});
    unique_fd const client = connect_udp(server.port("udp-uppercase"));
    BOOST_TEST(ask(client, "once") == "ONCE");
    double const before = server.processor_seconds();
    ::usleep(500'000);
    BOOST_TEST(server.processor_seconds() - before < 0.1);
}

BOOST_AUTO_TEST_SUITE_END()
