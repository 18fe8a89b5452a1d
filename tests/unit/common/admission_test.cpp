// SPDX-License-Identifier: BSL-1.0
#include "common/access/access_settings.hpp"
#include "common/event_hub.hpp"
#include "common/gate.hpp"
#include "common/log.hpp"
#include "common/service.hpp"
#include "tests/unit/common/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>

using namespace polyport;
using namespace std::chrono_literals;

namespace {

task<> serve_nothing(stream)
{
    co_return;
}

socket_address address_of(std::string const& text)
{
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(1234);
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1)
        return socket_address::from(reinterpret_cast<sockaddr*>(&v4), sizeof v4);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(1234);
    BOOST_TEST_REQUIRE(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1, text);
    return socket_address::from(reinterpret_cast<sockaddr*>(&v6), sizeof v6);
}

log_settings to(std::string file)
{
    log_settings made;
    made.file = std::move(file);
    return made;
}

/// Two services behind one set of limits.
struct site {
    test::temporary_folder folder;
    logger log{to(folder / "log")};
    event_hub events;
    access_settings settings;
    service_definition const first_row{"first", transports::tcp, "stands in for a service",
                                       stream_handler(serve_nothing)};
    service_definition const second_row{"second", transports::tcp, "stands in for a service",
                                        stream_handler(serve_nothing)};
    service_instance first{first_row, nullptr};
    service_instance second{second_row, nullptr};
    gate::time_point now{1000h};
    std::optional<gates> doors; // outlives those who have come in
    std::vector<std::unique_ptr<connection_limits>> connected;

    bool come(gates& all, service_instance& service, std::string const& from)
    {
        auto made = all.of(service).admit(transport::tcp, address_of(from), std::nullopt, now);
        if (made.yes)
            connected.push_back(std::move(made.limits));
        return made.yes;
    }
};

access_rule rule(std::string const& text)
{
    return parse_access_rule(text, std::vector<known_service>{{"first"}, {"second"}}).value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(admission)

BOOST_AUTO_TEST_CASE(a_source_is_an_address_of_ipv4_or_a_network_of_64_bits)
{
    site at;
    at.settings.connections_per_ip.all = 2;
    gates& all = at.doors.emplace(at.settings, at.log, at.events);
    BOOST_TEST(at.come(all, at.first, "192.0.2.1"));
    BOOST_TEST(at.come(all, at.second, "::ffff:192.0.2.1")); // the same client, all services together
    BOOST_TEST(!at.come(all, at.first, "192.0.2.1"));
    BOOST_TEST(at.come(all, at.first, "192.0.2.2"));
    BOOST_TEST(at.come(all, at.first, "2001:db8:0:1::1"));
    BOOST_TEST(at.come(all, at.first, "2001:db8:0:1:ffff::2"));
    BOOST_TEST(!at.come(all, at.first, "2001:db8:0:1:0:1::3"));
    BOOST_TEST(at.come(all, at.first, "2001:db8:0:2::1"));
    at.connected.clear(); // all leave
    BOOST_TEST(at.come(all, at.first, "192.0.2.1"));
    BOOST_TEST(at.come(all, at.first, "2001:db8:0:1::1"));
}

BOOST_AUTO_TEST_CASE(a_limit_of_a_service_holds_besides_the_one_of_all)
{
    site at;
    at.settings.connections_per_ip.all = 3;
    at.settings.connections_per_ip.own["first"] = 1;
    gates& all = at.doors.emplace(at.settings, at.log, at.events);
    BOOST_TEST(at.come(all, at.first, "192.0.2.1"));
    BOOST_TEST(!at.come(all, at.first, "192.0.2.1"));
    BOOST_TEST(at.come(all, at.second, "192.0.2.1"));
    BOOST_TEST(at.come(all, at.second, "192.0.2.1"));
    BOOST_TEST(!at.come(all, at.second, "192.0.2.1"));
}

BOOST_AUTO_TEST_CASE(each_refusal_is_counted_by_its_reason)
{
    site at;
    at.settings.rules.push_back(rule("deny first 198.51.100.0/24"));
    at.settings.connections_per_ip.own["first"] = 1;
    at.settings.connection_rate.own["second"] = parse_rate("1/s:2").value();
    at.settings.exempt.push_back(parse_address_range("203.0.113.0/24").value());
    gates& all = at.doors.emplace(at.settings, at.log, at.events);
    for (int i = 0; i < 3; ++i) {
        (void)at.come(all, at.first, "198.51.100.7");
        (void)at.come(all, at.first, "192.0.2.1");
        (void)at.come(all, at.second, "192.0.2.1");
        BOOST_TEST(at.come(all, at.first, "203.0.113.1")); // exempt from limits
        BOOST_TEST(at.come(all, at.second, "203.0.113.1"));
    }
    auto const& first = at.first.stats.refused;
    auto const& second = at.second.stats.refused;
    BOOST_TEST(first.of(refusal::access_rule) == 3U);
    BOOST_TEST(first.of(refusal::connections_per_ip) == 2U);
    BOOST_TEST(first.of(refusal::connection_rate) == 0U);
    BOOST_TEST(second.of(refusal::access_rule) == 0U);
    BOOST_TEST(second.of(refusal::connection_rate) == 1U);
    at.now += 1s;
    BOOST_TEST(at.come(all, at.second, "192.0.2.1"));
}

BOOST_AUTO_TEST_CASE(a_service_that_is_full_has_no_room)
{
    site at;
    at.settings.max_connections["first"] = 2;
    gates& all = at.doors.emplace(at.settings, at.log, at.events);
    BOOST_TEST(all.of(at.first).has_room());
    at.first.stats.opened = 5;
    at.first.stats.closed = 3;
    BOOST_TEST(!all.of(at.first).has_room());
    at.first.stats.closed = 4;
    BOOST_TEST(all.of(at.first).has_room());
    BOOST_TEST(all.of(at.second).has_room());
}

BOOST_AUTO_TEST_SUITE_END()
