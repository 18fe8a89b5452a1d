// SPDX-License-Identifier: BSL-1.0
#include "common/accounts.hpp"

#include <boost/test/unit_test.hpp>

using namespace polyport;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(accounts)

BOOST_AUTO_TEST_CASE(names_and_numbers_are_found)
{
    BOOST_TEST(user_id("root").value() == 0U);
    BOOST_TEST(user_id("4711").value() == 4711U);
    BOOST_TEST(group_id("root").value() == 0U);
    BOOST_TEST(group_id("0").value() == 0U);
    for (std::string_view const text :
         {""sv, "no such user"sv, "-1"sv, "4294967295"sv, "99999999999"sv, "root\0x"sv}) {
        BOOST_TEST(user_id(text).has_error(), text);
        BOOST_TEST(group_id(text).has_error(), text);
    }
}

BOOST_AUTO_TEST_CASE(an_owner_is_a_user_a_group_or_both)
{
    auto const both = parse_owner("root:12").value();
    BOOST_TEST((both.user == uid_t{0} && both.group == gid_t{12}));
    auto const user = parse_owner("root").value();
    BOOST_TEST((user.user == uid_t{0} && !user.group));
    auto const group = parse_owner(":root").value();
    BOOST_TEST((!group.user && group.group == gid_t{0}));
    for (std::string_view const text :
         {"", ":", "root:", "no such user:root", "root:no such group", "root:root:root"})
        BOOST_TEST(parse_owner(text).has_error(), text);
}

BOOST_AUTO_TEST_SUITE_END()
