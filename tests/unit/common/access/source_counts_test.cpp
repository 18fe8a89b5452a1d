// SPDX-License-Identifier: BSL-1.0
#include "common/access/source_counts.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <utility>
#include <vector>

using namespace polyport;

namespace {

source number(std::uint64_t bits, bool ipv6 = false)
{
    return source(ip_number{ipv6, ipv6 ? bits : 0, ipv6 ? 0 : bits});
}

} // namespace

BOOST_AUTO_TEST_SUITE(source_counts)

BOOST_AUTO_TEST_CASE(a_place_counts_as_long_as_it_lives)
{
    polyport::source_counts counts;
    {
        polyport::source_counts::place const one(counts, number(7));
        {
            polyport::source_counts::place const two(counts, number(7));
            BOOST_TEST(counts.of(number(7)) == 2U);
        }
        BOOST_TEST(counts.of(number(7)) == 1U);
        BOOST_TEST(counts.of(number(8)) == 0U);
    }
    BOOST_TEST(counts.of(number(7)) == 0U);
    BOOST_TEST(counts.sources() == 0U); // and nothing is kept of who has gone
}

BOOST_AUTO_TEST_CASE(sources_of_the_two_families_are_not_the_same)
{
    polyport::source_counts counts;
    polyport::source_counts::place const four(counts, number(7));
    polyport::source_counts::place const six(counts, number(7, true));
    BOOST_TEST(counts.of(number(7)) == 1U);
    BOOST_TEST(counts.of(number(7, true)) == 1U);
    BOOST_TEST(counts.sources() == 2U);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_moved_counts_once)
{
    polyport::source_counts counts;
    polyport::source_counts::place first(counts, number(1));
    polyport::source_counts::place other(counts, number(2));
    {
        polyport::source_counts::place second(std::move(first));
        BOOST_TEST(counts.of(number(1)) == 1U);
        other = std::move(second); // what `other` had goes with what it was moved from
        BOOST_TEST(counts.of(number(1)) == 1U);
        BOOST_TEST(counts.of(number(2)) == 1U);
    }
    BOOST_TEST(counts.of(number(2)) == 0U);
    BOOST_TEST(counts.of(number(1)) == 1U);
    other = {};
    BOOST_TEST(counts.sources() == 0U);
}

BOOST_AUTO_TEST_CASE(an_empty_place_counts_nothing)
{
    polyport::source_counts::place const nothing;
    std::vector<polyport::source_counts::place> many(10);
    polyport::source_counts counts;
    many.front() = {counts, number(3)};
    BOOST_TEST(counts.of(number(3)) == 1U);
    many.clear();
    BOOST_TEST(counts.sources() == 0U);
}

BOOST_AUTO_TEST_CASE(many_sources_are_each_counted_by_themselves)
{
    polyport::source_counts counts;
    std::vector<polyport::source_counts::place> places;
    for (std::uint64_t i = 0; i < 1000; ++i)
        for (std::uint64_t n = 0; n <= i % 3; ++n)
            places.emplace_back(counts, number(i));
    BOOST_TEST(counts.sources() == 1000U);
    for (std::uint64_t i = 0; i < 1000; ++i)
        BOOST_REQUIRE(counts.of(number(i)) == 1 + i % 3);
    places.erase(places.begin(), places.begin() + 6); // those of 0, 1 and 2
    BOOST_TEST(counts.sources() == 997U);
}

BOOST_AUTO_TEST_SUITE_END()
