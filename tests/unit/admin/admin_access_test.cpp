// SPDX-License-Identifier: BSL-1.0
#include "services/admin/rights.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

using namespace polyport::admin;

BOOST_AUTO_TEST_SUITE(admin_access)

BOOST_AUTO_TEST_CASE(who_may_do_what)
{
    std::vector<reader> const nobody_else;
    std::vector<reader> const user_7{{7, std::nullopt}};
    std::vector<reader> const group_30{{std::nullopt, 30}};
    std::vector<reader> const everybody{{std::nullopt, std::nullopt}};
    std::array<gid_t, 2> const groups{20, 30};
    std::array<gid_t, 1> const other_groups{20};
    BOOST_TEST((right_of(0, other_groups, 1000, nobody_else) == right::write));
    BOOST_TEST((right_of(1000, other_groups, 1000, nobody_else) == right::write));
    BOOST_TEST((right_of(7, groups, 1000, nobody_else) == right::none));
    BOOST_TEST((right_of(7, groups, 1000, user_7) == right::read));
    BOOST_TEST((right_of(8, groups, 1000, user_7) == right::none));
    BOOST_TEST((right_of(8, groups, 1000, group_30) == right::read));
    BOOST_TEST((right_of(8, other_groups, 1000, group_30) == right::none));
    BOOST_TEST((right_of(8, {}, 1000, everybody) == right::read));
}

BOOST_AUTO_TEST_CASE(readers)
{
    BOOST_TEST((!parse_reader("*")->user && !parse_reader("*")->group));
    BOOST_TEST((parse_reader("root")->user == 0U));
    BOOST_TEST((parse_reader(":root")->group == 0U));
    BOOST_TEST((parse_reader("12345")->user == 12345U));
    for (auto const* const wrong : {"", ":", "no such user", ":no-such-group"})
        BOOST_TEST(parse_reader(wrong).has_error(), wrong);
}

BOOST_AUTO_TEST_CASE(tokens)
{
    auto const list =
        token_list::from_text("# comment\n\n  writing-0123456789  \r\nread reading-0123456789\n", "file");
    BOOST_TEST_REQUIRE(list.has_value());
    struct {
        std::string_view authorization;
        right grants;
    } const table[] = {
        {"Bearer writing-0123456789", right::write},
        {"bEARER   writing-0123456789 ", right::write},
        {"Bearer reading-0123456789", right::read},
        {"Bearer writing-012345678", right::none},
        {"Bearer writing-01234567890", right::none},
        {"Bearer Writing-0123456789", right::none},
        {"Bearer", right::none},
        {"Bearer ", right::none},
        {"", right::none},
        {"Basic writing-0123456789", right::none},
        {"writing-0123456789", right::none},
    };
    for (auto const& row : table)
        BOOST_TEST((list->right_of(row.authorization) == row.grants), row.authorization);
    BOOST_TEST((token_list().right_of("Bearer ") == right::none));
}

BOOST_AUTO_TEST_CASE(bad_tokens_are_refused_and_not_shown)
{
    struct {
        std::string_view text;
        std::string_view says;
    } const table[] = {
        {"", "no token"},      {"# nothing\n", "no token"},
        {"short\n", "line 1"}, {"\nsecret with blanks inside\n", "line 2"},
        {"read\n", "line 1"},  {"good-0123456789abc\nsecret\x01-0123456789\n", "line 2"},
    };
    for (auto const& row : table) {
        auto const list = token_list::from_text(row.text, "file");
        BOOST_TEST_REQUIRE(list.has_error(), row.text);
        BOOST_TEST(list.error().text.find(row.says) != std::string::npos, list.error().text);
        BOOST_TEST(list.error().text.find("secret") == std::string::npos, list.error().text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
