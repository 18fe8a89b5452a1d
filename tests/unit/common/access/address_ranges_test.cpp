// SPDX-License-Identifier: BSL-1.0
#include "common/access/address_range.hpp"
#include "common/access/range_map.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

using namespace polyport;

BOOST_AUTO_TEST_SUITE(address_ranges)

BOOST_AUTO_TEST_CASE(a_range_is_an_address_and_the_bits_that_count)
{
    struct row {
        std::string_view text, first, last, shown;
    };
    for (row const& r : {
             row{"192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
             row{"10.0.0.0/8", "10.0.0.0", "10.255.255.255", "10.0.0.0/8"},
             row{"0.0.0.0/0", "0.0.0.0", "255.255.255.255", "0.0.0.0/0"},
             row{"192.0.2.7/32", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
             row{"2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/32"},
             row{"2001:db8::8/125", "2001:db8::8", "2001:db8::f", "2001:db8::8/125"},
             row{"::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"},
             row{"::1", "::1", "::1", "::1"},
             row{"::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
             row{"::ffff:10.0.0.0/104", "10.0.0.0", "10.255.255.255", "10.0.0.0/8"},
         }) {
        auto const range = parse_address_range(r.text);
        BOOST_TEST_REQUIRE(range.has_value(), r.text);
        BOOST_TEST(to_string(range->first) == r.first, r.text);
        BOOST_TEST(to_string(range->last) == r.last, r.text);
        BOOST_TEST(to_string(*range) == r.shown, r.text);
    }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_refused_with_the_right_form)
{
    BOOST_TEST(
        parse_address_range("10.0.0.1/8").error().text ==
        "'10.0.0.1/8' has bits set behind its first 8: write 10.0.0.0/8, or 10.0.0.1 for the one address");
    BOOST_TEST(
        parse_address_range("2001:db8::1/32").error().text ==
        "'2001:db8::1/32' has bits set behind its first 32: write 2001:db8::/32, or 2001:db8::1 for the "
        "one address");
    for (std::string_view const text :
         {"", "10", "10.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08x",
          "::/129", "::ffff:0:0/64", "fe80::1%eth0", "010.0.0.1", "1:2", ":::", "10.0.0.0/8/8"})
        BOOST_TEST(parse_address_range(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(the_families_are_apart)
{
    auto const v4 = parse_address_range("0.0.0.0/0").value();
    auto const v6 = parse_address_range("::/0").value();
    BOOST_TEST(v4.contains(parse_ip("192.0.2.1").value()));
    BOOST_TEST(v4.contains(parse_ip("::ffff:192.0.2.1").value()));
    BOOST_TEST(!v6.contains(parse_ip("192.0.2.1").value()));
    BOOST_TEST(!v6.contains(parse_ip("::ffff:192.0.2.1").value()));
    BOOST_TEST(!v4.contains(parse_ip("::1").value()));
}

BOOST_AUTO_TEST_CASE(the_first_of_overlapping_ranges_is_found)
{
    using map = range_map<std::uint32_t>;
    std::mt19937 random(5);
    constexpr std::uint32_t end = 0xFFFFFFFF;
    for (int round = 0; round < 50; ++round) {
        std::vector<map::range> ranges;
        for (std::uint32_t number = 0; number < 60; ++number) {
            auto const bits = random() % 32;
            auto const first = static_cast<std::uint32_t>(std::uint64_t{random()} >> bits << bits);
            auto const last = first + static_cast<std::uint32_t>((std::uint64_t{1} << bits) - 1);
            ranges.push_back({std::min(first, last), std::max(first, last), number});
        }
        ranges.push_back({0, round % 2 == 0 ? 0 : end, 60});
        ranges.push_back({end, end, 61});
        map const all(ranges, [](std::uint32_t key) { return key + 1; }, end);
        auto const slow = [&](std::uint32_t key) {
            auto found = map::none;
            for (auto const& r : ranges)
                if (r.first <= key && key <= r.last)
                    found = std::min(found, r.number);
            return found;
        };
        for (auto const& r : ranges)
            for (std::uint32_t const key : {r.first, r.last, r.first - 1, r.last + 1})
                BOOST_REQUIRE(all.find(key) == slow(key));
        for (int i = 0; i < 100; ++i) {
            auto const key = static_cast<std::uint32_t>(random());
            BOOST_REQUIRE(all.find(key) == slow(key));
        }
    }
    BOOST_TEST(map().find(7) == map::none);
}

BOOST_AUTO_TEST_SUITE_END()
