// SPDX-License-Identifier: BSL-1.0
#include "common/log_throttle.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

namespace {

using namespace std::chrono_literals;
using polyport::log_throttle;

log_throttle::clock::time_point at(std::chrono::milliseconds since)
{
    return log_throttle::clock::time_point(since);
}

constexpr auto held_back = std::optional<std::uint64_t>();

} // namespace

BOOST_AUTO_TEST_SUITE(log_throttle)

BOOST_AUTO_TEST_CASE(lets_the_limit_through_and_counts_the_rest)
{
    struct {
        std::chrono::milliseconds when;
        std::optional<std::uint64_t> verdict;
    } const table[] = {
        {0ms, 0},      {1ms, 0},      {2ms, held_back},      {9999ms, held_back},
        {10'000ms, 2}, {10'001ms, 0}, {10'002ms, held_back}, {50'000ms, 1},
        {59'999ms, 0}, {60'000ms, 0},
    };
    polyport::log_throttle throttle(2, 10s);
    for (auto const& row : table)
        BOOST_TEST_CONTEXT("at " << row.when.count() << " ms")
        {
            BOOST_TEST((throttle.admit(at(row.when)) == row.verdict));
        }
}

BOOST_AUTO_TEST_CASE(the_first_event_passes_whatever_the_clock_says)
{
    polyport::log_throttle throttle(1, 10s);
    BOOST_TEST((throttle.admit(at(0ms)) == std::optional<std::uint64_t>(0)));
    polyport::log_throttle other(1, 10s);
    BOOST_TEST((other.admit(at(-5000ms)) == std::optional<std::uint64_t>(0)));
}

BOOST_AUTO_TEST_CASE(a_limit_of_zero_holds_everything_back)
{
    polyport::log_throttle throttle(0, 1s);
    BOOST_TEST(!throttle.admit(at(0ms)).has_value());
    BOOST_TEST(!throttle.admit(at(5000ms)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
