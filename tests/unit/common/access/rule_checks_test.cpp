// SPDX-License-Identifier: BSL-1.0
#include "common/access/rule_check.hpp"
#include "tests/unit/common/access/rules.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport;
using list = std::vector<std::string>;

namespace {

list warnings(list const& texts, bool default_allow = false)
{
    return check_rules(test::rules(texts), default_allow);
}

} // namespace

BOOST_AUTO_TEST_SUITE(rule_checks)

BOOST_AUTO_TEST_CASE(a_rule_that_is_never_reached_is_named_with_the_one_before_it)
{
    list const expected{"conf:2: 'deny all 10.1.0.0/16' is never reached: conf:1: 'allow all 10.0.0.0/8' "
                        "decides before it; put it "
                        "first, or remove it"};
    BOOST_TEST(warnings({"allow all 10.0.0.0/8", "deny all 10.1.0.0/16"}) == expected,
               boost::test_tools::per_element());
    for (list const& texts : {
             list{"allow http all", "deny http /x/ 10.0.0.0/8"},
             list{"deny http /x/ all", "allow http /x/y/ user:bob"},
             list{"allow all .example.org", "deny all www.example.org"},
             list{"allow all .example.org", "deny all .www.example.org"},
             list{"allow http user:*", "deny http /x/ user:bob"},
             list{"allow all unix", "deny local-stream unix:uid=1"},
             list{"allow all 192.0.2.7", "deny http 192.0.2.7"},
             list{"allow http /x/ all", "deny http //h.org/x/ all"},
         }) {
        auto const found = warnings(texts);
        BOOST_TEST_REQUIRE(found.size() == 1U, texts.front());
        BOOST_TEST(found.front().find("is never reached") != std::string::npos, found.front());
    }
}

BOOST_AUTO_TEST_CASE(a_rule_that_a_later_one_says_too_changes_nothing)
{
    list const expected{
        "conf:1: 'deny all 10.1.0.0/16' changes nothing: conf:2: 'deny all 10.0.0.0/8' decides the "
        "same; remove one of them"};
    BOOST_TEST(warnings({"deny all 10.1.0.0/16", "deny all 10.0.0.0/8"}) == expected,
               boost::test_tools::per_element());
    // What stands between makes a difference.
    BOOST_TEST(warnings({"deny all 10.1.2.0/24", "allow all 10.1.0.0/16", "deny all 10.0.0.0/8"}).empty());
}

BOOST_AUTO_TEST_CASE(exceptions_before_the_rule_are_how_rules_are_written)
{
    for (list const& texts : {
             list{"allow all 10.1.0.0/16", "deny all 10.0.0.0/8"},
             list{"allow http /x/ 10.0.0.0/8", "allow http /x/ user:*", "deny http /x/ all"},
             list{"deny http /x/ all", "allow http /xy/ all"},
             list{"deny tcp-uppercase all", "allow http all"},
             list{"deny http //a.org/ all", "allow http //b.org/ all"},
             list{"deny all 10.0.0.0/8", "deny all 11.0.0.0/8", "allow all a.net"},
         })
        BOOST_TEST(warnings(texts) == list{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_lets_in_without_keeping_out_is_told)
{
    auto const found = warnings({"allow http /private/ user:alice"}, true);
    BOOST_TEST_REQUIRE(found.size() == 1U);
    BOOST_TEST(
        found.front() ==
        "conf:1: 'allow http /private/ user:alice' allows what is allowed anyway: no rule behind it denies; "
        "add 'deny http /private/ all', or set access-default to deny");
    BOOST_TEST(warnings({"allow http /private/ user:alice", "deny http all"}, true).empty());
    BOOST_TEST(warnings({"allow http /private/ user:alice"}, false).empty());
}

BOOST_AUTO_TEST_CASE(ten_thousand_rules_are_looked_at_in_no_time)
{
    std::vector<access_rule> many;
    for (int i = 0; i < 10'000; ++i) {
        access_rule rule;
        rule.allow = i % 3 == 0;
        rule.service = "http";
        rule.subjects = {
            {access_subject::kind::address,
             range_of({false, 0, static_cast<std::uint64_t>(i) * 7919 % 65536 << 16}, 16U + i % 9U)}};
        rule.origin = "conf:" + std::to_string(i + 1);
        many.push_back(std::move(rule));
    }
    auto const before = std::chrono::steady_clock::now();
    auto const found = check_rules(many, false, 10);
    BOOST_TEST((std::chrono::steady_clock::now() - before < std::chrono::seconds(20))); // with sanitizers
    BOOST_TEST(found.size() <= 11U);
}

BOOST_AUTO_TEST_SUITE_END()
