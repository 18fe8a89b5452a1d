// SPDX-License-Identifier: BSL-1.0
#include "common/access/rule_check.hpp"
#include "tests/unit/common/access/rules.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
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
    BOOST_TEST(warnings({"allow all 10.0.0.0/8", "deny all 10.1.0.0/16"}, true) == expected,
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
        auto const found = warnings(texts, texts.front().starts_with("allow"));
        BOOST_TEST_REQUIRE(found.size() == 1U, texts.front());
        BOOST_TEST(found.front().find("is never reached") != std::string::npos, found.front());
    }
}

BOOST_AUTO_TEST_CASE(a_rule_that_a_later_one_says_too_changes_nothing)
{
    list const expected{
        "conf:1: 'deny all 10.1.0.0/16' changes nothing: conf:2: 'deny all 10.0.0.0/8' decides the "
        "same; remove one of them"};
    BOOST_TEST(warnings({"deny all 10.1.0.0/16", "deny all 10.0.0.0/8"}, true) == expected,
               boost::test_tools::per_element());
    // What stands between makes a difference.
    BOOST_TEST(
        warnings({"deny all 10.1.2.0/24", "allow all 10.1.0.0/16", "deny all 10.0.0.0/8"}, true).empty());
}

BOOST_AUTO_TEST_CASE(exceptions_before_the_rule_are_how_rules_are_written)
{
    for (list const& texts : {
             list{"allow all 10.1.0.0/16", "deny all 10.0.0.0/8", "allow all all"},
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

BOOST_AUTO_TEST_CASE(several_rules_together_may_leave_nothing_for_another)
{
    list const expected{"conf:3: 'allow all 10.0.0.0/8' is never reached: conf:1: 'deny all 10.0.0.0/9' and "
                        "conf:2: 'deny all 10.128.0.0/9' decide before it; put it first, or remove it"};
    BOOST_TEST(warnings({"deny all 10.0.0.0/9", "deny all 10.128.0.0/9", "allow all 10.0.0.0/8"}) == expected,
               boost::test_tools::per_element());
    for (list const& texts : {
             list{"deny all 10.192.0.0/10", "allow http 10.0.0.0/9", "deny all 10.128.0.0/10",
                  "deny http /x/ 10.0.0.0/8"},
             list{"deny all 0.0.0.0/0", "deny all ::/0", "allow all .example.org"},
             list{"deny all ::/1", "deny all 8000::/1", "allow all ::/0"},
         }) {
        auto const found = warnings(texts, true);
        BOOST_TEST_REQUIRE(!found.empty());
        BOOST_TEST(found.back().find("' is never reached: ") != std::string::npos, found.back());
    }
    for (list const& texts : {
             list{"deny all 10.0.0.0/9", "deny all 10.128.0.0/10", "allow all 10.0.0.0/8"},
             list{"deny http 10.0.0.0/9", "deny tcp-uppercase 10.128.0.0/9", "allow all 10.0.0.0/8"},
             list{"deny all 0.0.0.0/0", "allow all .example.org"},
             list{"deny all 0.0.0.0/0", "deny all ::/0", "allow all unix"},
         })
        BOOST_TEST(warnings(texts) == list{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_subject_that_another_of_the_same_rule_has_is_told)
{
    list const expected{"conf:1: 'allow all 10.0.0.0/8 10.1.0.0/16' names 10.1.0.0/16 twice: 10.0.0.0/8 has "
                        "it; remove it"};
    BOOST_TEST(warnings({"allow all 10.0.0.0/8 10.1.0.0/16"}) == expected, boost::test_tools::per_element());
    BOOST_TEST(warnings({"allow all a.net a.net"}).size() == 1U);
    BOOST_TEST(warnings({"allow all 10.0.0.0/8 11.0.0.0/8 loopback unix"}) == list{},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_rule_for_more_places_and_fewer_addresses_before_another_is_told)
{
    list const expected{
        "conf:2: 'allow http /b/ 10.0.0.0/8' does not hold for 10.1.0.0/16: conf:1: 'deny http / "
        "10.1.0.0/16' decides before it; put it first if it is meant for them, too"};
    BOOST_TEST(warnings({"deny http / 10.1.0.0/16", "allow http /b/ 10.0.0.0/8"}) == expected,
               boost::test_tools::per_element());
    for (list const& texts : {
             list{"deny http /b/ 10.0.0.0/8", "allow http / 10.1.0.0/16"}, // an exception for the place
             list{"deny all 10.1.0.0/16", "allow http /b/ 10.0.0.0/8"},    // closed as a whole
             list{"deny http / 10.1.0.0/16", "allow http /b/ all"},
             list{"deny http /b/ 10.1.0.0/16", "allow http /b/ 10.0.0.0/8"},
         })
        BOOST_TEST(warnings(texts) == list{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_denies_what_is_denied_anyway_is_told)
{
    auto const found = warnings({"allow http all", "deny all 192.0.2.1"});
    BOOST_TEST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found.front() ==
               "conf:2: 'deny all 192.0.2.1' denies what is denied anyway: no rule behind it allows; add "
               "'allow all all', or set access-default to allow");
    BOOST_TEST(warnings({"allow http all", "deny all all"}).empty()); // says it plainly
    BOOST_TEST(warnings({"deny all 192.0.2.1", "allow http all"}).empty());
}

// Whatever the kind, and however many.
BOOST_AUTO_TEST_CASE(a_rule_among_many_is_found_by_what_it_is_about)
{
    for (auto const& [begin, end] :
         {std::pair{"deny all x", ".example.org"}, std::pair{"deny all unix:uid=", ""},
          std::pair{"deny http user:x", ""}, std::pair{"deny http group:x", ""},
          std::pair{"deny http /x", "/ all"}, std::pair{"deny all 2001:db8:", "::/48"}}) {
        list texts;
        for (int i = 0; i < 6000; ++i)
            texts.push_back(begin + std::to_string(i) + end);
        texts.push_back("allow" + texts[249].substr(4));
        auto const found = warnings(texts, true);
        BOOST_TEST_REQUIRE(found.size() == 1U, begin);
        BOOST_TEST(found.front().find("is never reached: conf:250: ") != std::string::npos, found.front());
    }
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
