// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <initializer_list>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

/// True when it is answered; false when no answer comes for a while. The message is sent once for all calls.
bool is_served(unique_fd const& client, milliseconds limit = milliseconds(50))
{
    set_limit(client, limit);
    try {
        return receive_exactly(client, 1) == "X";
    } catch (std::system_error const& error) {
        BOOST_TEST_REQUIRE(error.code().value() == EAGAIN);
        return false;
    }
}

std::vector<unique_fd> connect_many(std::uint16_t port, int count)
{
    std::vector<unique_fd> clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(connect_tcp(port));
        send_all(clients.back(), "x");
    }
    return clients;
}

/// Removes those that have an answer.
std::vector<unique_fd> take_served(std::vector<unique_fd>& clients)
{
    std::vector<unique_fd> served;
    std::vector<unique_fd> waiting;
    for (unique_fd& client : clients)
        (is_served(client) ? served : waiting).push_back(std::move(client));
    clients = std::move(waiting);
    return served;
}

double processor_share(daemon_process const& server)
{
    auto const start = std::chrono::steady_clock::now();
    double const before = server.processor_seconds();
    ::usleep(500'000);
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - start;
    return (server.processor_seconds() - before) / passed.count();
}

} // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(without_descriptors_it_waits_and_goes_on_when_one_is_free)
{
    launch_options options;
    options.descriptor_limit = 64;
    daemon_process server({"--tcp-uppercase", "0"}, options);
    std::vector<unique_fd> waiting = connect_many(server.port("tcp-uppercase"), 100);
    BOOST_TEST_REQUIRE(server.log().wait_for_count("accept-paused", 1));
    std::vector<unique_fd> served = take_served(waiting);
    BOOST_TEST(served.size() > 10U);
    BOOST_TEST(served.size() < 64U);
    BOOST_TEST(processor_share(server) < 0.2);
    BOOST_TEST(server.log().count("accept-paused") < 5U); // said once, not at each attempt
    // Each that leaves makes room for one that waits.
    while (!waiting.empty()) {
        BOOST_TEST_REQUIRE(!served.empty());
        served.pop_back();
        BOOST_TEST_REQUIRE(is_served(waiting.front(), patience));
        served.push_back(std::move(waiting.front()));
        waiting.erase(waiting.begin());
    }
    BOOST_TEST(server.log().wait_for_count("accept-resumed", 1));
}

BOOST_AUTO_TEST_CASE(at_the_connection_limit_the_backlog_holds_the_others)
{
    daemon_process server({"--tcp-uppercase", "0", "--max-connections", "10"});
    std::vector<unique_fd> waiting = connect_many(server.port("tcp-uppercase"), 30);
    BOOST_TEST_REQUIRE(server.log().wait_for_count("accept-paused", 1));
    std::vector<unique_fd> served = take_served(waiting);
    BOOST_TEST(served.size() == 10U);
    BOOST_TEST(processor_share(server) < 0.2);
    auto const start = std::chrono::steady_clock::now();
    while (!waiting.empty()) {
        served.erase(served.begin());
        BOOST_TEST_REQUIRE(is_served(waiting.front(), patience));
        served.push_back(std::move(waiting.front()));
        waiting.erase(waiting.begin());
    }
    // 20 times in turn: that it goes on at once, and not after a pause, shows even on a slow machine.
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1500)));
    BOOST_TEST(server.log().wait_for_count("accept-resumed", 1));
}

BOOST_AUTO_TEST_CASE(the_connection_limit_counts_every_service)
{
    temporary_directory const directory;
    std::string const path = directory / "s.sock";
    daemon_process server({"--tcp-uppercase", "0", "--local-stream", path, "--max-connections", "2"});
    unique_fd first = connect_tcp(server.port("tcp-uppercase"));
    unique_fd const second = connect_unix(path);
    for (unique_fd const* client : std::initializer_list<unique_fd const*>{&first, &second}) {
        send_all(*client, "x");
        BOOST_TEST(is_served(*client, patience));
    }
    unique_fd const third = connect_unix(path);
    unique_fd const fourth = connect_tcp(server.port("tcp-uppercase"));
    send_all(third, "x");
    send_all(fourth, "x");
    BOOST_TEST(!is_served(third));
    BOOST_TEST(!is_served(fourth));
    first.reset();
    // One of the two, whichever listener is first.
    BOOST_TEST(eventually([&] { return is_served(third) || is_served(fourth); }));
}

BOOST_AUTO_TEST_CASE(a_client_that_gives_up_in_the_backlog_is_passed_over)
{
    daemon_process server({"--tcp-uppercase", "0", "--max-connections", "1"});
    std::uint16_t const port = server.port("tcp-uppercase");
    std::vector<unique_fd> served = connect_many(port, 1);
    BOOST_TEST(is_served(served.front(), patience));
    for (int i = 0; i < 20; ++i) {
        std::vector<unique_fd> const gone = connect_many(port, 1);
        reset_on_close(gone.front());
    }
    std::vector<unique_fd> const last = connect_many(port, 1);
    served.clear();
    BOOST_TEST(is_served(last.front(), patience));
}

BOOST_AUTO_TEST_SUITE_END()
