// SPDX-License-Identifier: BSL-1.0
#include "common/access/rate.hpp"
#include "common/access/rate_table.hpp"
#include "common/access/source.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

using namespace polyport;
using namespace std::chrono_literals;

namespace {

constexpr rate_table::time_point start{1000h};

std::uint64_t hash_of(std::uint64_t number)
{
    return source(ip_number{false, 0, number}).hash();
}

} // namespace

BOOST_AUTO_TEST_SUITE(rates)

BOOST_AUTO_TEST_CASE(a_rate_is_read_with_its_unit_and_burst)
{
    struct row {
        std::string_view text;
        std::chrono::nanoseconds interval;
        std::uint32_t burst;
    };
    for (row const& r :
         {row{"10/s", 100ms, 10}, row{"1/s", 1s, 1}, row{"600/m", 100ms, 10}, row{"6/m", 10s, 1},
          row{"36/h", 100s, 1}, row{"10/s:50", 100ms, 50}, row{"10/s:1", 100ms, 1}, row{"0", 0ns, 1}}) {
        auto const read = parse_rate(r.text);
        BOOST_TEST_REQUIRE(read.has_value(), r.text);
        BOOST_TEST((read->interval == r.interval), r.text);
        BOOST_TEST(read->burst == r.burst, r.text);
    }
    for (std::string_view const text : {"", "10", "/s", "10/", "10/d", "0/s", "-1/s", "10/s:", "10/s:0",
                                        "10 / s", "10/s:x", "1000001/s", "10/S", "1.5/s"})
        BOOST_TEST(parse_rate(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(a_burst_passes_and_then_one_an_interval)
{
    rate_table table(parse_rate("10/s:3").value());
    auto const one = hash_of(1);
    auto now = start;
    for (int i = 0; i < 3; ++i)
        BOOST_TEST((table.take(one, now) == 0ns), i);
    BOOST_TEST((table.take(one, now) == 100ms));
    BOOST_TEST((table.take(one, now + 40ms) == 60ms)); // what was refused costs nothing
    now += 100ms;
    BOOST_TEST((table.take(one, now) == 0ns));
    BOOST_TEST((table.take(one, now) > 0ns));
    now += 10s; // quiet: the whole burst again, and no more
    for (int i = 0; i < 3; ++i)
        BOOST_TEST((table.take(one, now) == 0ns), i);
    BOOST_TEST((table.take(one, now) > 0ns));
    BOOST_TEST((table.take(hash_of(2), now) == 0ns)); // another source
}

BOOST_AUTO_TEST_CASE(a_spray_of_sources_does_not_push_out_one_that_comes_all_the_time)
{
    rate_table table(parse_rate("10/s:5").value(), 1024);
    auto const before = table.memory();
    auto const heavy = hash_of(7);
    for (int i = 0; i < 5; ++i)
        BOOST_TEST((table.take(heavy, start) == 0ns));
    for (std::uint64_t i = 0; i < 100'000; ++i)
        (void)table.take(hash_of(1000 + i), start);
    BOOST_TEST((table.take(heavy, start) > 0ns));
    BOOST_TEST(table.memory() == before);
}

BOOST_AUTO_TEST_CASE(one_site_of_ipv6_is_one_source)
{
    auto const of = [](std::string_view text) { return source(parse_ip(text).value()); };
    BOOST_TEST((of("2001:db8:1:2::1") == of("2001:db8:1:2:ffff::9")));
    BOOST_TEST((of("2001:db8:1:2::1") != of("2001:db8:1:3::1")));
    BOOST_TEST((of("192.0.2.1") != of("192.0.2.2")));
    BOOST_TEST((of("::ffff:192.0.2.1") == of("192.0.2.1")));
    BOOST_TEST(of("192.0.2.1").hash() != of("192.0.2.1").hash(1));
    BOOST_TEST(of("0.0.0.1").hash() != of("::").hash());
}

BOOST_AUTO_TEST_SUITE_END()
