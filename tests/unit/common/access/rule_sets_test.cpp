// SPDX-License-Identifier: BSL-1.0
#include "common/access/explain.hpp"
#include "common/access/rule_set.hpp"
#include "tests/unit/common/access/rules.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace polyport;
using list = std::vector<std::string>;
using knowledge = access_facts::knowledge;
using verdict = access_verdict::kind;

namespace {

class memberships final : public group_membership {
public:
    explicit memberships(std::vector<std::string> const& groups) : groups_(groups) {}
    std::span<std::string const> groups_of(std::string_view /*user*/) const override { return groups_; }

private:
    std::vector<std::string> const& groups_;
};

/// `-`, `+`: denied, allowed, with the number of the rule (0: by default), and `?` if it is 401.
std::string decide(std::vector<access_rule> const& rules, std::string_view question,
                   bool default_allow = true, satisfy_mode satisfy = satisfy_mode::any)
{
    auto asked = test::question(question).value();
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

/// The same for a request of a connection: `x` and the rule if it is not let in.
std::string decide_in_order(std::vector<access_rule> const& rules, std::string_view question,
                            bool default_allow, satisfy_mode satisfy)
{
    auto asked = test::question(question).value();
    asked.facts.name_state = knowledge::not_asked;
    asked.facts.user_state = knowledge::not_asked;
    auto const made =
        service_rules(rules, asked.service.name, default_allow).at_connection(asked.facts, true);
    if (made.denied())
        return "x" + std::to_string(made.rule == access_verdict::by_default ? 0 : made.rule + 1);
    return decide(rules, question, default_allow, satisfy);
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
             row{"local-stream unix:gid=51", "-7"},
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
    // Of a peer whose uid alone is known.
    BOOST_TEST(decide(test::rules({"deny all unix:gid=7"}), "local-stream unix:uid=0") == "-1");
    BOOST_TEST(decide(test::rules({"allow all unix:gid=7", "deny all all"}), "local-stream unix:uid=0") ==
               "-2");
    BOOST_TEST(decide(test::rules({"deny all unix:uid=7"}), "local-stream unix:uid=0") == "+0");
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

// Whoever logs in, an address that is denied stays so.
BOOST_AUTO_TEST_CASE(a_rule_with_an_address_and_a_user_asks_for_the_user_only_if_it_matters)
{
    auto const rules = test::rules({"deny http /p/ 10.0.0.0/8 user:bob"});
    BOOST_TEST(decide(rules, "http /p/ 10.1.1.1") == "-1");
    BOOST_TEST(decide(rules, "http /p/ 192.0.2.7") == "-1?");
    BOOST_TEST(decide(rules, "http /p/ 192.0.2.7 user:bob") == "-1");
    BOOST_TEST(decide(rules, "http /p/ 192.0.2.7 user:alice") == "+0");
}

BOOST_AUTO_TEST_CASE(names_and_all_below_them_are_found_among_many)
{
    list texts;
    for (int i = 0; i < 3000; ++i)
        texts.push_back("deny tcp-uppercase x" + std::to_string(i) + ".example.org");
    texts.emplace_back("allow tcp-uppercase .b.example.org");
    texts.emplace_back("deny tcp-uppercase .example.org");
    auto const rules = test::rules(texts);
    for (auto const& [name, expected] :
         {std::pair{"x7.example.org", "-8"}, std::pair{"x2999.example.org", "-3000"},
          std::pair{"a.x7.example.org", "-3002"}, std::pair{"b.example.org", "+3001"},
          std::pair{"x.y.b.example.org", "+3001"}, std::pair{"cb.example.org", "-3002"},
          std::pair{"example.org", "-3002"}, std::pair{"example.net", "+0"}})
        BOOST_TEST(decide(rules, std::string("tcp-uppercase 192.0.2.7 ") + name) == expected, name);
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
    list const extras_of_unix{"", " user:x", " user:y", " user:y group:g"};
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
            auto const client = one_of(clients);
            auto const extra = one_of(client.starts_with("unix") ? extras_of_unix : extras);
            auto const question = "http " + one_of(paths) + " " + client + extra;
            auto const asked = test::question(question).value();
            auto const explained = explain_access(asked, rules, allow, satisfy);
            auto const& slow = explained.verdict;
            std::string expected = explained.at_connection ? "x" : slow.denied() ? "-" : "+";
            expected += slow.rule == access_verdict::by_default ? "0" : std::to_string(slow.rule + 1);
            expected += slow.another_user_may ? "?" : "";
            std::string all;
            for (auto const& text : texts)
                all += text + "\n";
            BOOST_TEST_REQUIRE(decide_in_order(rules, question, allow, satisfy) == expected, all << question);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_explanation_names_the_rule_and_the_reasons)
{
    auto const rules = test::rules({"allow http /private/ 10.0.0.0/8", "deny tcp-uppercase all",
                                    "allow http /private/ user:alice", "deny http /private/ all"});
    auto const explained = [&](std::string_view question) {
        return explain_access(test::question(question).value(), rules, true, satisfy_mode::any).text;
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
    for (std::string_view const wrong :
         {"", "http", "nonsense 192.0.2.7", "tcp-uppercase /x 192.0.2.7", "http /x 10.0.0.0/8", "http /x all",
          "http /x 192.0.2.7 192.0.2.8", "http /x a.net b.net", "http /x user:a user:b", "http /x user:*",
          "http /x unix 192.0.2.7", "http unix:uid=1 unix:uid=2", "http /x 192.0.2.7:x", "http /x [::1"})
        BOOST_TEST(test::question(wrong).has_error(), wrong);
}

BOOST_AUTO_TEST_CASE(an_explanation_begins_with_the_connection)
{
    struct row {
        list rules;
        std::string_view question, begin, end;
    };
    for (row const& r : {
             row{{"deny http 127.0.0.1"},
                 "http /open.txt 127.0.0.1",
                 "denied by rule 1 (conf:1): deny http 127.0.0.1\n",
                 "  the connection is closed at once, whatever it would ask for\n"},
             row{{"allow http user:*", "deny http all"},
                 "http 127.0.0.1",
                 "the connection is let in\n"
                 "  rule 1 (conf:1): allow http user:*: is decided when a request has come, by the client's "
                 "name or user\n",
                 "ask with a path, such as 'http / 127.0.0.1'\n"},
             row{{"deny http .evil.net"}, "http 127.0.0.1", "the connection is let in\n", ""},
             row{{"deny http .evil.net"},
                 "http / 127.0.0.1",
                 "denied by rule 1 (conf:1): deny http .evil.net\n",
                 "  the answer is 403\n"},
             row{{"allow http /pub/ all", "deny http all"},
                 "http 127.0.0.1",
                 "the connection is let in\n  rule 1 (conf:1): allow http /pub/ all: may allow a request\n",
                 ""},
             row{{"deny tcp-uppercase all", "deny http / all"},
                 "http 127.0.0.1",
                 "the connection is let in\n",
                 ""},
             row{{"deny local-stream unix:gid=1"},
                 "local-stream unix:uid=0",
                 "denied by rule 1 (conf:1)",
                 "  the connection is closed at once, a datagram is dropped\n"},
         }) {
        auto const text =
            explain_access(test::question(r.question).value(), test::rules(r.rules), true, satisfy_mode::any)
                .text;
        auto const begin = std::string(r.question) + ": " + std::string(r.begin);
        BOOST_TEST(text.starts_with(begin), text);
        BOOST_TEST(text.ends_with(r.end), text);
    }
}

BOOST_AUTO_TEST_CASE(an_address_is_taken_as_logs_have_it)
{
    for (auto const& [word, expected] :
         {std::pair{"192.0.2.7:4711", "192.0.2.7"}, std::pair{"[2001:db8::7]:4711", "2001:db8::7"},
          std::pair{"[::1]", "::1"}, std::pair{"2001:db8::7", "2001:db8::7"},
          std::pair{"[::ffff:192.0.2.7]:1", "192.0.2.7"}})
        BOOST_TEST(to_string(test::question(std::string("http ") + word).value().facts.address.value()) ==
                       expected,
                   word);
}

BOOST_AUTO_TEST_SUITE_END()
