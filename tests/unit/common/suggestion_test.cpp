// SPDX-License-Identifier: BSL-1.0
#include "common/suggestion.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace polyport;

BOOST_AUTO_TEST_SUITE(suggestion)

BOOST_AUTO_TEST_CASE(distance_counts_edits)
{
    struct row {
        std::string_view a;
        std::string_view b;
        std::size_t distance;
    };
    for (row const& r : {row{"", "", 0},
                         {"a", "", 1},
                         {"", "abc", 3},
                         {"abc", "abc", 0},
                         {"abc", "abd", 1},
                         {"abc", "acb", 1},
                         {"htpp-root", "http-root", 1},
                         {"ca", "abc", 3}, // a swapped pair is not edited again
                         {"kitten", "sitting", 3}}) {
        BOOST_TEST(edit_distance(r.a, r.b) == r.distance);
        BOOST_TEST(edit_distance(r.b, r.a) == r.distance);
    }
}

BOOST_AUTO_TEST_CASE(only_what_is_near_is_suggested)
{
    std::vector<std::string> const names{"http", "http-root", "backlog", "idle-timeout"};
    BOOST_TEST(nearest("htpp-root", names) == "http-root");
    BOOST_TEST(nearest("htttp", names) == "http");
    BOOST_TEST(nearest("idle-time", names) == "idle-timeout");
    BOOST_TEST(nearest("idle", names) == "");
    BOOST_TEST(nearest("idletimeout", names) == "idle-timeout");
    BOOST_TEST(nearest("x", names) == "");
    BOOST_TEST(nearest("", names) == "");
    BOOST_TEST(nearest(std::string(100'000, 'a'), names) == "");
    BOOST_TEST(nearest("http", {}) == "");
}

BOOST_AUTO_TEST_SUITE_END()
