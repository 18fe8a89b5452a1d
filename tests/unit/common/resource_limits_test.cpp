// SPDX-License-Identifier: BSL-1.0
#include "common/resource_limits.hpp"
#include "in_child.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(resource_limits)

BOOST_AUTO_TEST_CASE(the_soft_limit_rises_to_the_hard_one)
{
    BOOST_TEST(polyport::test::in_child([] {
                   ::rlimit const lowered{256, 300};
                   ::setrlimit(RLIMIT_NOFILE, &lowered);
                   auto const first = polyport::raise_descriptor_limit().value();
                   auto const second = polyport::raise_descriptor_limit().value();
                   ::rlimit in_force{};
                   ::getrlimit(RLIMIT_NOFILE, &in_force);
                   return std::to_string(first.initial) + ' ' + std::to_string(first.current) + ' ' +
                          std::to_string(second.initial) + ' ' + std::to_string(in_force.rlim_cur);
               }) == "256 300 300 300");
}

BOOST_AUTO_TEST_CASE(the_soft_limit_can_be_given_back)
{
    BOOST_TEST(polyport::test::in_child([] {
                   auto const before = polyport::set_descriptor_limit(250);
                   ::rlimit in_force{};
                   ::getrlimit(RLIMIT_NOFILE, &in_force);
                   auto const beyond = polyport::set_descriptor_limit(in_force.rlim_max + 1);
                   return std::to_string(before.has_value()) + ' ' + std::to_string(in_force.rlim_cur) + ' ' +
                          std::to_string(beyond.has_value());
               }) == "1 250 0");
}

BOOST_AUTO_TEST_SUITE_END()
