// SPDX-License-Identifier: BSL-1.0
#include "common/access/explain.hpp"
#include "common/access/rule_set.hpp"
#include "tests/unit/common/access/rules.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport;
using list = std::vector<std::string>;
using knowledge = access_facts::knowledge;
using verdict = access_verdict::kind;

namespace {

class memberships final : public group_membership {
public:
    explicit memberships(std::vector<std::string> const& groups) : groups_(groups) {}
    bool is_member(std::string_view /*user*/, std::string_view group) const override
    {
        return std::find(groups_.begin(), groups_.end(), group) != groups_.end();
    }

private:
    std::vector<std::string> const& groups_;
};

/// `-`, `+`: denied, allowed, with the number of the rule (0: by default), and `?` if it is 401.
std::string decide(std::vector<access_rule> const& rules, std::string_view question,
                   bool default_allow = true, satisfy_mode satisfy = satisfy_mode::any)
{
    auto asked = parse_access_question(question, test::services).value();
    memberships const groups(asked.groups);
    asked.facts.name = asked.name;
    asked.facts.name_state = asked.name.empty() ? knowledge::unknown : knowledge::known;
    asked.facts.user = asked.user;
    asked.facts.user_state = asked.user.empty() ? knowledge::unknown : knowledge::known;
    asked.facts.groups = &groups;
    service_rules const compiled(rules, asked.service.name, default_allow);
    auto const made = asked.is_request ? compiled.at_request(asked.facts, asked.host, asked.path, satisfy)
                                       : compiled.at_connection(asked.facts, false);
    std::string text = made.denied() ? "-" : "+";
    text += made.rule == access_verdict::by_default ? "0" : std::to_string(made.rule + 1);
    return text + (made.another_user_may ? "?" : "");
}

} // namespace

BOOST_AUTO_TEST_SUITE(rule_sets)

BOOST_AUTO_TEST_CASE(the_first_rule_that_matches_decides)
{
    auto const rules = test::rules({
        "allow http /private/ 10.1.0.0/16 2001:db8::/32", // 1
        "deny http /private/deep/ all",                   // 2
        "allow http /private/ user:alice group:staff",    // 3
        "deny http /private/ all",                        // 4
        "deny tcp-uppercase 192.0.2.0/24",                // 5
        "allow local-stream unix:uid=1000 unix:gid=50",   // 6
        "deny local-stream all",                          // 7
        "deny http //example.org/members/ all",           // 8
        "deny all .evil.example.net",                     // 9
    });
    struct row {
        std::string_view question, verdict;
    };
    for (row const& r : {
             row{"http / 192.0.2.7 host.example.net", "+0"},
             row{"http /private 192.0.2.7", "-4?"},
             row{"http /private/x 192.0.2.7", "-4?"},
             row{"http /privately 192.0.2.7 host.example.net", "+0"},
             row{"http /private/x 10.1.2.3", "+1"},
             row{"http /private/x ::ffff:10.1.2.3", "+1"},
             row{"http /private/x 10.2.2.3", "-4?"},
             row{"http /private/x 2001:db8::9", "+1"},
             row{"http /private/x 2001:db9::9", "-4?"},
             row{"http /private/x 192.0.2.7 user:alice", "+3"},
             row{"http /private/x 192.0.2.7 user:bob", "-4"},
             row{"http /private/x 192.0.2.7 user:bob group:staff", "+3"},
             row{"http /private/deep/x 10.1.2.3", "+1"},
             row{"http /private/deep/x 192.0.2.7 user:alice", "-2"},
             row{"http //example.org/members/x 10.1.2.3", "-8"},
             row{"http //other.org/members/x 10.1.2.3 a.net", "+0"},
             row{"http //example.org/private/x 192.0.2.7", "-4?"},
             row{"http /members/x 10.1.2.3 a.net", "+0"},
             row{"tcp-uppercase 192.0.2.200", "-5"},
             row{"tcp-uppercase 192.0.3.1 a.net", "+0"},
             row{"tcp-uppercase 192.0.3.1 x.evil.example.net", "-9"},
             row{"tcp-uppercase 192.0.3.1",
                 "-9"}, // a name that is not known: what cannot be decided is denied
             row{"local-stream unix:uid=1000", "+6"},
             row{"local-stream unix:uid=1001 unix:gid=50", "+6"},
             row{"local-stream unix:uid=1001", "-7"},
             row{"http /private/ unix:uid=1000", "-4?"},
         })
        BOOST_TEST(decide(rules, r.question) == r.verdict, r.question);
}

BOOST_AUTO_TEST_CASE(the_default_decides_what_no_rule_does)
{
    BOOST_TEST(decide({}, "http /x 192.0.2.7") == "+0");
    BOOST_TEST(decide({}, "http /x 192.0.2.7", false) == "-0");
    auto const rules = test::rules({"allow http / user:*"});
    BOOST_TEST(decide(rules, "http /x 192.0.2.7", false) == "-0?");
    BOOST_TEST(decide(rules, "http /x 192.0.2.7 user:bob", false) == "+1");
    BOOST_TEST(decide(rules, "tcp-uppercase 192.0.2.7", false) == "-0");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_decided_denies_and_does_not_allow)
{
    BOOST_TEST(decide(test::rules({"allow all .example.org", "deny all all"}), "tcp-uppercase 192.0.2.7") ==
               "-2");
    BOOST_TEST(decide(test::rules({"deny all .example.org"}), "tcp-uppercase 192.0.2.7") == "-1");
    BOOST_TEST(decide(test::rules({"deny all .example.org"}), "local-stream unix") == "+0");
    BOOST_TEST(decide(test::rules({"deny all unix:uid=7"}), "local-stream unix") == "-1");
    // Who must not be bob has to say who he is.
    BOOST_TEST(decide(test::rules({"deny http / user:bob"}), "http /x 192.0.2.7") == "-1?");
    BOOST_TEST(decide(test::rules({"deny http / user:bob"}), "http /x 192.0.2.7 user:bob") == "-1");
    BOOST_TEST(decide(test::rules({"deny http / user:bob"}), "http /x 192.0.2.7 user:alice") == "+0");
}

BOOST_AUTO_TEST_CASE(all_asks_for_a_good_origin_and_a_good_user)
{
    auto const rules =
        test::rules({"allow http /p/ 10.0.0.0/8", "allow http /p/ user:*", "deny http /p/ all"});
    auto const all = [&](std::string_view question) {
        return decide(rules, question, true, satisfy_mode::all);
    };
    BOOST_TEST(decide(rules, "http /p/ 10.1.1.1") == "+1");
    BOOST_TEST(decide(rules, "http /p/ 192.0.2.7 user:bob") == "+2");
    BOOST_TEST(all("http /p/ 10.1.1.1") == "-3?");
    BOOST_TEST(all("http /p/ 192.0.2.7 user:bob") == "-3");
    BOOST_TEST(all("http /p/ 10.1.1.1 user:bob") == "+2");
    BOOST_TEST(all("http /q 192.0.2.7") == "+0");
    // With rules of one kind alone there is nothing to combine.
    auto const users = test::rules({"allow http /p/ user:*", "deny http /p/ all"});
    BOOST_TEST(decide(users, "http /p/ 192.0.2.7 user:bob", true, satisfy_mode::all) == "+1");
}

BOOST_AUTO_TEST_CASE(a_connection_is_refused_at_once_if_no_request_could_change_that)
{
    auto const at_connection = [](list const& texts, std::string_view address) {
        access_facts facts;
        facts.address = parse_ip(address).value();
        facts.name_state = knowledge::not_asked;
        return service_rules(test::rules(texts), "http", true).at_connection(facts, true).denied();
    };
    BOOST_TEST(at_connection({"deny http 192.0.2.0/24"}, "192.0.2.7"));
    BOOST_TEST(at_connection({"deny http / 192.0.2.7", "deny http 192.0.2.0/24"}, "192.0.2.7"));
    BOOST_TEST(!at_connection({"deny http / 192.0.2.0/24"}, "192.0.2.7")); // 403
    BOOST_TEST(!at_connection({"allow http /public/ all", "deny http all"}, "192.0.2.7"));
    BOOST_TEST(!at_connection({"allow http user:*", "deny http all"}, "192.0.2.7"));
    BOOST_TEST(!at_connection({"allow http .example.org", "deny http all"}, "192.0.2.7"));
    BOOST_TEST(at_connection({"deny http 192.0.2.0/24", "allow http /public/ all"}, "192.0.2.7"));
}

BOOST_AUTO_TEST_CASE(what_is_not_known_yet_is_asked_for_only_if_it_matters)
{
    service_rules const rules(test::rules({"allow http 10.0.0.0/8", "deny http .evil.net",
                                           "allow http /p/ user:*", "deny http /p/ all"}),
                              "http", true);
    access_facts facts;
    facts.name_state = knowledge::not_asked;
    facts.user_state = knowledge::not_asked;
    facts.address = parse_ip("10.0.0.1");
    BOOST_TEST((rules.at_request(facts, "", "/p/", satisfy_mode::any).what == verdict::allowed));
    facts.address = parse_ip("192.0.2.7");
    BOOST_TEST((rules.at_request(facts, "", "/p/", satisfy_mode::any).what == verdict::needs_name));
    facts.name_state = knowledge::known;
    facts.name = "good.net";
    BOOST_TEST((rules.at_request(facts, "", "/p/", satisfy_mode::any).what == verdict::needs_user));
    BOOST_TEST((rules.at_request(facts, "", "/q", satisfy_mode::any).what == verdict::allowed));
    BOOST_TEST(rules.asks_for_names());
    BOOST_TEST(rules.asks_for_users());
    BOOST_TEST(!rules.asks_for_unix_ids());
}

// The quick way against the plain one, over rules and questions that chance makes.
BOOST_AUTO_TEST_CASE(a_walk_through_the_rules_one_by_one_comes_to_the_same)
{
    std::mt19937 random(11);
    auto const one_of = [&random](list const& from) { return from[random() % from.size()]; };
    list const whom{"all",       "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3",  "2001:db8::/32", "::/0",
                    "0.0.0.0/0", "unix",       "unix:uid=5",  "a.net",     ".net",          "user:x",
                    "user:*",    "group:g",    "loopback",    "unix:gid=6"};
    list const scopes{"http",          "http /", "http /a/", "http /a/b/", "http //h.org/a/",
                      "http //h.org/", "http /c"};
    list const paths{"/", "/a", "/a/b/c", "/c/", "//h.org/a/x", "//h.org/z", "/ab"};
    list const clients{"10.1.2.3",  "10.9.9.9",   "192.0.2.7",  "2001:db8::1",
                       "127.0.0.1", "unix:uid=5", "unix:uid=6", "unix"};
    list const extras{"", " user:x", " user:y", " a.net", " b.net", " user:y group:g", " c.org user:x"};
    for (int round = 0; round < 400; ++round) {
        list texts;
        for (auto count = random() % 8; count > 0; --count) {
            auto const scope = one_of(scopes);
            texts.push_back(std::string(random() % 2 == 0 ? "allow " : "deny ") + scope + " " + one_of(whom) +
                            (random() % 3 == 0 ? " " + one_of(whom) : ""));
        }
        auto const rules = test::rules(texts);
        bool const allow = random() % 2 == 0;
        auto const satisfy = random() % 2 == 0 ? satisfy_mode::any : satisfy_mode::all;
        for (int i = 0; i < 10; ++i) {
            auto const question = "http " + one_of(paths) + " " + one_of(clients) + one_of(extras);
            auto const asked = parse_access_question(question, test::services).value();
            auto const slow = explain_access(asked, rules, allow, satisfy).verdict;
            std::string expected = slow.denied() ? "-" : "+";
            expected += slow.rule == access_verdict::by_default ? "0" : std::to_string(slow.rule + 1);
            expected += slow.another_user_may ? "?" : "";
            std::string all;
            for (auto const& text : texts)
                all += text + "\n";
            BOOST_TEST_REQUIRE(decide(rules, question, allow, satisfy) == expected, all << question);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_explanation_names_the_rule_and_the_reasons)
{
    auto const rules = test::rules({"allow http /private/ 10.0.0.0/8", "deny tcp-uppercase all",
                                    "allow http /private/ user:alice", "deny http /private/ all"});
    auto const explained = [&](std::string_view question) {
        return explain_access(parse_access_question(question, test::services).value(), rules, true,
                              satisfy_mode::any)
            .text;
    };
    BOOST_TEST(explained("http /private/x 192.0.2.7") ==
               "http /private/x 192.0.2.7: denied by rule 4 (conf:4): deny http /private/ all\n"
               "  rule 1 (conf:1): allow http /private/ 10.0.0.0/8: no: 192.0.2.7 is not in 10.0.0.0/8\n"
               "  rule 2 (conf:2): deny tcp-uppercase all: no: it is not about http /private/x\n"
               "  rule 3 (conf:3): allow http /private/ user:alice: no: nobody has logged in\n"
               "  rule 4 (conf:4): deny http /private/ all: decides: it is for everyone\n"
               "  the answer is 401: it asks for a user and a password\n");
    BOOST_TEST(
        explained("http /public 192.0.2.7").starts_with("http /public 192.0.2.7: allowed by default\n"));
    BOOST_TEST(explained("http /private?x 192.0.2.7").starts_with("http /private?x 192.0.2.7: denied by"));
    BOOST_TEST(explained("tcp-uppercase ::1").find("the connection is closed at once") != std::string::npos);
    for (std::string_view const wrong : {"", "http", "nonsense 192.0.2.7", "tcp-uppercase /x 192.0.2.7",
                                         "http /x 10.0.0.0/8", "http /x all"})
        BOOST_TEST(parse_access_question(wrong, test::services).has_error(), wrong);
}

BOOST_AUTO_TEST_SUITE_END()
