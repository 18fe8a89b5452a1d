// SPDX-License-Identifier: BSL-1.0
#include "common/flow_table.hpp"
#include "common/service.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>

using namespace polyport;
using namespace std::chrono_literals;

namespace {

socket_address peer(std::uint16_t port, std::uint32_t host = 0x7F000001)
{
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    raw.sin_addr.s_addr = htonl(host);
    raw.sin_port = htons(port);
    return socket_address::from(reinterpret_cast<sockaddr const*>(&raw), sizeof raw);
}

void say_nothing(datagram&) {}

constexpr service_definition row{"quiet", transports::datagrams, "stands in for a service", say_nothing};

/// A table with two services that use it, and a time that it goes by.
struct table_of {
    flow_table flows;
    service_instance first{row, nullptr};
    service_instance second{row, nullptr};
    flow_table::time_point now{1000h};

    table_of(std::size_t limit, std::chrono::milliseconds idle) : flows(limit, idle) {}

    flow& touch(socket_address const& from) { return touch(first, peer(8000), from); }
    flow& touch(service_instance const& service, socket_address const& to, socket_address const& from)
    {
        return flows.touch(service, transport::udp, to, from, now);
    }
    /// Ports of the peers, the most recently used first.
    std::vector<int> ports()
    {
        std::vector<int> all;
        for (flow const& known : flows.all(now))
            all.push_back(known.remote.port());
        return all;
    }
};

struct watched_state final : flow_state {
    explicit watched_state(int& gone) : gone_(gone) {}
    ~watched_state() override { ++gone_; }
    int& gone_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(flow_table)

BOOST_AUTO_TEST_CASE(a_peer_has_one_flow_as_long_as_it_is_remembered)
{
    table_of at(10, 1min);
    flow& made = at.touch(peer(1));
    BOOST_TEST(made.id == 1U);
    BOOST_TEST((made.service == &at.first));
    BOOST_TEST((made.kind == transport::udp));
    BOOST_TEST((made.local == peer(8000)));
    BOOST_TEST((made.remote == peer(1)));
    BOOST_TEST((made.started == at.now));
    made.messages_received = 3;

    auto const began = at.now;
    at.now += 10s;
    (void)at.touch(peer(2));
    at.now += 10s;
    flow const& again = at.touch(peer(1));
    BOOST_TEST(&again == &made); // also when another one came in between
    BOOST_TEST(again.messages_received == 3U);
    BOOST_TEST((again.started == began));
    BOOST_TEST((again.last_activity == at.now));
    BOOST_TEST(at.flows.opened() == 2U);
}

BOOST_AUTO_TEST_CASE(both_addresses_and_the_service_tell_flows_apart)
{
    table_of at(10, 1min);
    auto const one = at.touch(peer(1)).id;
    BOOST_TEST(at.touch(peer(2)).id != one);
    BOOST_TEST(at.touch(peer(1, 0x7F000002)).id != one);
    BOOST_TEST(at.touch(at.second, peer(8000), peer(1)).id != one);
    BOOST_TEST(at.touch(at.first, peer(8001), peer(1)).id != one);
    BOOST_TEST(at.touch(peer(1)).id == one);
    BOOST_TEST(at.flows.all(at.now).size() == 5U);
}

BOOST_AUTO_TEST_CASE(looking_for_a_flow_changes_nothing)
{
    table_of at(2, 1min);
    flow const* const one = &at.touch(peer(1));
    (void)at.touch(peer(2));
    at.now += 10s;
    BOOST_TEST((at.flows.find(at.first, peer(8000), peer(1)) == one));
    BOOST_TEST((one->last_activity == at.now - 10s));
    BOOST_TEST(at.ports() == (std::vector<int>{2, 1}), boost::test_tools::per_element());
    BOOST_TEST((at.flows.find(at.second, peer(8000), peer(1)) == nullptr));
    BOOST_TEST((at.flows.find(at.first, peer(8001), peer(1)) == nullptr));
    (void)at.touch(peer(3));
    BOOST_TEST((at.flows.find(at.first, peer(8000), peer(1)) == nullptr));
    BOOST_TEST(at.flows.opened() == 3U);
}

BOOST_AUTO_TEST_CASE(the_least_recently_used_leaves_for_a_new_one)
{
    table_of at(3, 1min);
    for (std::uint16_t port = 1; port <= 3; ++port)
        (void)at.touch(peer(port));
    (void)at.touch(peer(1)); // is used again: now 2 is the oldest
    BOOST_TEST(at.flows.evicted() == 0U);
    (void)at.touch(peer(4));
    BOOST_TEST(at.ports() == (std::vector<int>{4, 1, 3}), boost::test_tools::per_element());
    BOOST_TEST(at.flows.evicted() == 1U);

    auto const id = at.touch(peer(2)).id; // a new one, for it was forgotten
    BOOST_TEST(id == 5U);
    BOOST_TEST(at.ports() == (std::vector<int>{2, 4, 1}), boost::test_tools::per_element());
    BOOST_TEST(at.flows.evicted() == 2U);
    BOOST_TEST(at.flows.opened() == 5U);
}

BOOST_AUTO_TEST_CASE(a_spray_of_peers_does_not_push_out_one_that_comes_all_the_time)
{
    table_of at(16, 1min);
    auto const id = at.touch(peer(1)).id;
    for (std::uint16_t port = 2; port < 10'000; ++port) {
        (void)at.touch(peer(port));
        BOOST_REQUIRE(at.touch(peer(1)).id == id);
        BOOST_REQUIRE(at.flows.all(at.now).size() <= 16U);
    }
    BOOST_TEST(at.flows.evicted() == 10'000U - 1 - 16);
}

BOOST_AUTO_TEST_CASE(who_has_been_silent_for_longer_than_the_time_out_is_forgotten)
{
    table_of at(10, 1min);
    (void)at.touch(peer(1));
    at.now += 30s;
    (void)at.touch(peer(2));
    at.now += 30s; // 1 has been silent for a minute, and not longer
    BOOST_TEST(at.ports() == (std::vector<int>{2, 1}), boost::test_tools::per_element());
    at.now += 1ms;
    BOOST_TEST(at.ports() == (std::vector<int>{2}), boost::test_tools::per_element());
    at.now += 1h;
    BOOST_TEST(at.ports().empty());
    // That is no eviction: there was room.
    BOOST_TEST(at.flows.evicted() == 0U);
    BOOST_TEST(at.touch(peer(1)).id == 3U);
}

BOOST_AUTO_TEST_CASE(the_silent_make_room_before_anybody_is_pushed_out)
{
    table_of at(2, 1min);
    (void)at.touch(peer(1));
    at.now += 2min;
    (void)at.touch(peer(2));
    (void)at.touch(peer(3));
    BOOST_TEST(at.ports() == (std::vector<int>{3, 2}), boost::test_tools::per_element());
    BOOST_TEST(at.flows.evicted() == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_service_keeps_of_a_flow_goes_with_it)
{
    int gone = 0;
    {
        table_of at(2, 1min);
        at.touch(peer(1)).state = std::make_unique<watched_state>(gone);
        (void)at.touch(peer(2));
        BOOST_TEST(gone == 0);
        (void)at.touch(peer(3)); // pushes 1 out
        BOOST_TEST(gone == 1);
        at.touch(peer(3)).state = std::make_unique<watched_state>(gone);
        at.now += 2min;
        BOOST_TEST(at.ports().empty());
        BOOST_TEST(gone == 2);
        at.touch(peer(4)).state = std::make_unique<watched_state>(gone);
    }
    BOOST_TEST(gone == 3);
}

BOOST_AUTO_TEST_SUITE_END()
