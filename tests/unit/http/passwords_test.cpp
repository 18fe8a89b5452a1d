// SPDX-License-Identifier: BSL-1.0
#include "services/http/auth/basic.hpp"
#include "services/http/auth/login_cache.hpp"
#include "services/http/auth/password_file.hpp"
#include "services/http/auth/password_hash.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

using namespace polyport::http;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(passwords)

// Made by htpasswd of Apache 2.4.71 (-B -C 4, -m, -2, -5), openssl passwd (-5, -6) and crypt(3).
BOOST_AUTO_TEST_CASE(hashes_of_other_programs_are_understood)
{
    struct row {
        std::string hash, password;
    };
    for (row const& r : {
             row{"$2y$04$4SXrrexiPJeOICpiOXKmK.8ATRYoNAk7LlyZZiz3duUKBeZtxastW", "open sesame"},
             row{"$apr1$U2tub3YJ$sHbcXWt7J5uXdt4kXNR001", "apr secret"},
             row{"$apr1$uQ0YwgTF$GgLtfU2Wpke4SDp2nTHwZ1", ""},
             row{"$apr1$tod442F7$loGVIUfSroXPs.DivCLIn/", "0123456789abcdef0123456789"},
             row{"$5$WTOTEj0b8VAapMvn$xb82DRRaRnQEph//xppoSvmdQvUAo1HDjzwoyJcvw2A", "sha256 pw"},
             row{"$6$MtkhR1megr6W.6U8$GOX/X3lne5gtRODRYI/1OCl3gtjDhapV/"
                 "yDcCLhSq4Vk5piLbG/EBWTZdO0Y3AVn3/c4QW6hnYuGqk/oteQZp1",
                 "sha512 pw"},
             row{"$5$saltstring$pOXueL9ml2mKMdJXQJ0X.wQqcar6KL.sAS2A0edt5L0", "sha256 pw"},
             row{"$6$saltstring$"
                 "K4aylqo4IYGpg61dlid4usgvrl83BWYgHaaK9RdFzfuWUeB3mAyU8ogj82Oe9rvQRGHygECcoT5iOUrDZ1776/",
                 "sha512 pw"},
             row{"$y$j75$saltsaltsalt$.brLAgI0QEvy.kdXzjMY5RpzV8OjXneFAjyFLIfStc4", "yes pw"},
         }) {
        BOOST_TEST(check_password_hash(r.hash).has_value(), r.hash);
        BOOST_TEST(verify_password(r.password, r.hash), r.hash);
        BOOST_TEST(!verify_password(r.password + "x", r.hash), r.hash);
        BOOST_TEST(!verify_password("wrong", r.hash), r.hash);
        BOOST_TEST(!verify_password(r.password + std::string("\0", 1), r.hash), r.hash);
    }
}

BOOST_AUTO_TEST_CASE(weak_and_broken_hashes_are_refused_with_advice)
{
    struct row {
        std::string_view hash, expected;
    };
    for (row const& r : {
             row{"{SHA}2PRZAyDhNDqRW2OUFwZQqPNdaSY=", "{SHA} has no salt"},
             row{"plain", "plain text and DES are not"},
             row{"9NHZ.2SZl/oOA", "plain text and DES are not"},
             row{"$1$abc$gZfUscu37be4f2aegXyjb/", "MD5-crypt is guessed too quickly"},
             row{"", "the hash is missing"},
             row{"$2y$04$4SXrrexiPJeOICpiOXKmK.8ATRYoNAk7L", "the hash is cut off"},
             row{"$apr1$x$", "the hash is cut off"},
             row{"$7$unknown", "it is no hash that is taken"},
         }) {
        auto const checked = check_password_hash(r.hash);
        BOOST_TEST_REQUIRE(checked.has_error(), r.hash);
        BOOST_TEST(checked.error().text.find(r.expected) != std::string::npos, checked.error().text);
        BOOST_TEST(checked.error().text.find("htpasswd -B FILE USER") != std::string::npos,
                   checked.error().text);
        BOOST_TEST(!verify_password("plain", std::string(r.hash)));
    }
}

BOOST_AUTO_TEST_CASE(a_broken_line_is_told_and_the_others_stand)
{
    std::string const good = "$apr1$U2tub3YJ$sHbcXWt7J5uXdt4kXNR001";
    auto const table = parse_passwords("# users\n"
                                       "bob:" +
                                       good +
                                       "\r\n"
                                       "\n"
                                       "no colon\n"
                                       ":" +
                                       good +
                                       "\n"
                                       "eve:{SHA}2PRZAyDhNDqRW2OUFwZQqPNdaSY=\n"
                                       "bob:" +
                                       good +
                                       "\n"
                                       "carol:" +
                                       good + ":Carol C.:x");
    BOOST_TEST(table.hashes.size() == 2U);
    BOOST_TEST(table.hashes.at("bob") == good);
    BOOST_TEST(table.hashes.at("carol") == good);
    BOOST_TEST_REQUIRE(table.problems.size() == 4U);
    BOOST_TEST(table.problems[0] == "line 4: is not USER:HASH");
    BOOST_TEST(table.problems[1] == "line 5: is not USER:HASH");
    BOOST_TEST(table.problems[2].starts_with("line 6: user 'eve': {SHA} has no salt"));
    BOOST_TEST(table.problems[3] == "line 7: user 'bob' is there already: the first counts");
}

BOOST_AUTO_TEST_CASE(groups_name_their_users)
{
    auto const table = parse_groups("staff: alice bob\n# none\nadmins:carol\nstaff:\tdave\nbroken\n");
    BOOST_TEST(table.members.at("staff").size() == 3U);
    BOOST_TEST(table.members.at("staff").contains("dave"));
    BOOST_TEST(table.members.at("admins").contains("carol"));
    BOOST_TEST_REQUIRE(table.problems.size() == 1U);
    BOOST_TEST(table.problems[0] == "line 5: is not GROUP: USER USER");
}

BOOST_AUTO_TEST_CASE(basic_is_read_strictly)
{
    struct row {
        std::string_view field;
        std::optional<std::pair<std::string_view, std::string_view>> expected;
    };
    for (row const& r : {
             row{"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", {{"Aladdin", "open sesame"}}}, // RFC 7617, section 2
             row{"basic  dGVzdDoxMjPCow==", {{"test", "123\xC2\xA3"}}},               // RFC 7617, section 2.1
             row{"Basic YTpiOmM=", {{"a", "b:c"}}},
             row{"Basic YTo=", {{"a", ""}}},
             row{"Basic Og==", {}}, // no user
             row{"Basic YQ==", {}}, // no colon
             row{"Basic YTpi", {{"a", "b"}}},
             row{"Basic YTp", {}}, // cut off
             row{"Basic YTo*", {}},
             row{"Basic YTp=", {}}, // bits left over
             row{"Basic YTo=YTo=", {}},
             row{"Basic YQpiOmM=", {}}, // a line end in the name
             row{"Basic YTpiAA==", {}}, // NUL
             row{"Basic", {}},
             row{"Basic ", {}},
             row{"Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", {}},
             row{"", {}},
         }) {
        auto const found = parse_basic(r.field);
        BOOST_TEST(found.has_value() == r.expected.has_value(), r.field);
        if (found && r.expected) {
            BOOST_TEST(found->user == r.expected->first, r.field);
            BOOST_TEST(found->password == r.expected->second, r.field);
        }
    }
    BOOST_TEST(!parse_basic("Basic " + std::string(most_credentials + 4, 'Y')));
}

BOOST_AUTO_TEST_CASE(a_login_is_remembered_for_a_while_and_for_its_file_alone)
{
    login_cache cache;
    login_cache::time_point const now{1000h};
    auto const key = cache.key_of(1, 1, "alice", "secret");
    BOOST_TEST(!cache.find(key, now));
    cache.keep(key, true, now);
    cache.keep(cache.key_of(1, 1, "alice", "wrong"), false, now);
    BOOST_TEST(cache.find(key, now + 59s).value());
    BOOST_TEST(!cache.find(cache.key_of(1, 1, "alice", "wrong"), now).value());
    for (auto const& other : {cache.key_of(2, 1, "alice", "secret"), cache.key_of(1, 2, "alice", "secret"),
                              cache.key_of(1, 1, "alicesecret", ""), cache.key_of(1, 1, "alic", "esecret")})
        BOOST_TEST(!cache.find(other, now));
    BOOST_TEST(cache.find(key, now + 118s).value()); // a minute after its last use
    BOOST_TEST(!cache.find(key, now + 178s));
    for (int i = 0; i < 5000; ++i)
        cache.keep(cache.key_of(3, 1, std::to_string(i), ""), true, now);
    BOOST_TEST(!cache.find(cache.key_of(3, 1, "0", ""), now));
    BOOST_TEST(cache.find(cache.key_of(3, 1, "4999", ""), now).has_value());
    BOOST_TEST((login_cache().key_of(1, 1, "alice", "secret") != key)); // another process, another key
}

// Whose hash stands in for that of a user who is not there must neither change nor be guessed.
BOOST_AUTO_TEST_CASE(a_name_has_a_number_that_stays)
{
    login_cache const cache;
    auto const number = cache.number_of(1, "nobody");
    BOOST_TEST(cache.number_of(1, "nobody") == number);
    BOOST_TEST(cache.number_of(1, "nobody2") != number);
    BOOST_TEST(cache.number_of(2, "nobody") != number);
    BOOST_TEST(login_cache().number_of(1, "nobody") != number);
}

BOOST_AUTO_TEST_SUITE_END()
