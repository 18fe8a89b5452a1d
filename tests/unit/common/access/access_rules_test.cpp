// SPDX-License-Identifier: BSL-1.0
#include "common/access/rule.hpp"
#include "tests/unit/common/access/rules.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace polyport;
using kind = access_subject::kind;

BOOST_AUTO_TEST_SUITE(access_rules)

BOOST_AUTO_TEST_CASE(a_rule_names_an_action_a_service_and_whom)
{
    auto const rule =
        parse_access_rule("deny  http /private/ 10.0.0.0/8 user:alice\tgroup:staff", test::services);
    BOOST_TEST_REQUIRE(rule.has_value());
    BOOST_TEST(!rule->allow);
    BOOST_TEST(rule->service == "http");
    BOOST_TEST(to_string(rule->place.value()) == "/private/");
    BOOST_TEST_REQUIRE(rule->subjects.size() == 3U);
    BOOST_TEST(to_string(rule->subjects[0].range) == "10.0.0.0/8");
    BOOST_TEST((rule->subjects[1].what == kind::user));
    BOOST_TEST(rule->subjects[1].name == "alice");
    BOOST_TEST((rule->subjects[2].what == kind::group));
    BOOST_TEST(rule->text == "deny http /private/ 10.0.0.0/8 user:alice group:staff");
}

BOOST_AUTO_TEST_CASE(everybody_that_can_be_named)
{
    struct row {
        std::string_view text;
        kind what;
        std::string_view name;
        std::uint32_t id;
    };
    for (row const& r :
         {row{"all", kind::everyone, "", 0}, row{"unix", kind::unix_peer, "", 0},
          row{"unix:uid=0", kind::unix_user, "", 0}, row{"unix:uid=root", kind::unix_user, "", 0},
          row{"unix:gid=4711", kind::unix_group, "", 4711},
          row{"Host.Example.ORG", kind::name, "host.example.org", 0},
          row{".example.org", kind::name, ".example.org", 0},
          row{"example.org.", kind::name, "example.org", 0}, row{"user:*", kind::user, "*", 0},
          row{"user:O'Neil", kind::user, "O'Neil", 0}, row{"group:a b", kind::group, "a b", 0}}) {
        auto const subjects = parse_access_subject(r.text);
        BOOST_TEST_REQUIRE(subjects.has_value(), r.text);
        BOOST_TEST((subjects->front().what == r.what), r.text);
        BOOST_TEST(subjects->front().name == r.name, r.text);
        BOOST_TEST(subjects->front().id == r.id, r.text);
    }
    auto const loopback = parse_access_subject("loopback").value();
    BOOST_TEST_REQUIRE(loopback.size() == 2U);
    BOOST_TEST(to_string(loopback[0].range) == "127.0.0.0/8");
    BOOST_TEST(to_string(loopback[1].range) == "::1");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_with_the_remedy)
{
    struct row {
        std::string_view text, expected;
    };
    for (row const& r : {
             row{"", "is not an access rule: write allow or deny"},
             row{"allow http", "is not an access rule"},
             row{"permit http all", "is not an access rule"},
             row{"allow htpp all", "'htpp' is not a service: did you mean 'http'?"},
             row{"allow nonsense all", "write one of all, tcp-uppercase, local-stream, http"},
             row{"allow tcp-uppercase /x all", "tcp-uppercase has no paths"},
             row{"allow all /x all", "all has no paths"},
             row{"allow http /x", "says nothing about whom"},
             row{"allow http /x/../y all", "'/x/../y' is not a prefix of URLs"},
             row{"allow http 10.0.0.1/8", "write 10.0.0.0/8, or 10.0.0.1 for the one address"},
             row{"allow http localhost", "'localhost' is nobody that a rule can name"},
             row{"allow http user:", "names nobody: write user:NAME"},
             row{"allow http unix:pid=1", "write unix, unix:uid=NAME or unix:gid=NAME"},
             row{"allow http unix:uid=no-such-user", "no-such-user"},
             row{"allow http a..b", "is nobody that a rule can name"},
             row{"allow http private all", "a prefix of URLs begins with a slash"},
             row{"allow http .", "is nobody that a rule can name"},
             row{"allow tcp-uppercase user:alice", "which HTTP alone asks for"},
             row{"deny all group:staff", "which HTTP alone asks for"},
             row{"deny http /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25 all",
                 "has more than 24 segments"},
         }) {
        auto const rule = parse_access_rule(r.text, test::services);
        BOOST_TEST_REQUIRE(rule.has_error(), r.text);
        BOOST_TEST(rule.error().text.find(r.expected) != std::string::npos, rule.error().text);
    }
}

BOOST_AUTO_TEST_CASE(a_suffix_is_a_domain_and_all_below_it)
{
    auto const matches = [](std::string_view pattern, std::string_view name) {
        return matches_name(parse_access_subject(pattern)->front(), name);
    };
    BOOST_TEST(matches("example.org", "example.org"));
    BOOST_TEST(!matches("example.org", "www.example.org"));
    BOOST_TEST(matches(".example.org", "example.org"));
    BOOST_TEST(matches(".example.org", "a.b.example.org"));
    BOOST_TEST(!matches(".example.org", "badexample.org"));
    BOOST_TEST(!matches(".example.org", "example.org.evil.net"));
}

BOOST_AUTO_TEST_SUITE_END()
