// SPDX-License-Identifier: BSL-1.0
#include "common/privileges.hpp"
#include "in_child.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace {

using namespace polyport;

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result verdict(::geteuid() == 0);
    verdict.message() << "only root may change its user";
    return verdict;
}

std::string resolved(std::string_view user, std::string_view group)
{
    auto const identity = resolve_identity(user, group);
    if (!identity)
        return identity.error().text;
    if (!*identity)
        return "stay";
    run_identity const& found = **identity;
    return found.user_name + ' ' + std::to_string(found.uid) + ' ' + std::to_string(found.gid);
}

std::string who()
{
    uid_t uids[3];
    gid_t gids[3];
    ::getresuid(&uids[0], &uids[1], &uids[2]);
    ::getresgid(&gids[0], &gids[1], &gids[2]);
    gid_t groups[64];
    int const count = ::getgroups(64, groups);
    std::string text;
    for (uid_t const uid : uids)
        text += std::to_string(uid) + ' ';
    for (gid_t const gid : gids)
        text += std::to_string(gid) + ' ';
    text += '[';
    for (int index = 0; index < count; ++index)
        text += std::to_string(groups[index]) + ' ';
    return text + ']';
}

} // namespace

BOOST_AUTO_TEST_SUITE(privileges)

BOOST_AUTO_TEST_CASE(nothing_asked_for_is_nothing_to_do)
{
    BOOST_TEST(resolved("", "") == "stay");
}

BOOST_AUTO_TEST_CASE(a_group_needs_a_user)
{
    BOOST_TEST(resolved("", "0") ==
               "group: given without a user, which would leave the daemon running as root; add --user NAME");
}

BOOST_AUTO_TEST_CASE(the_options_that_ask_are_named)
{
    identity_options const other{"x-user", "x-group", "y"};
    BOOST_TEST(resolve_identity("", "0", other).error().text ==
               "x-group: given without a user, which would leave y; add --x-user NAME");
    BOOST_TEST(resolve_identity("no-such-user", "", other).error().text.starts_with("x-user: "));
    BOOST_TEST(resolve_identity("0", "no-such-group", other).error().text.starts_with("x-group: "));
    BOOST_TEST(resolve_identity("3999999999", "", other).error().text.ends_with("add --x-group NAME"));
}

BOOST_AUTO_TEST_CASE(who_does_not_exist_is_named)
{
    std::string const user = resolved("no-such-user", "");
    BOOST_TEST((user.starts_with("user: ") && user.find("'no-such-user'") != std::string::npos), user);
    std::string const group = resolved("0", "no-such-group");
    BOOST_TEST((group.starts_with("group: ") && group.find("'no-such-group'") != std::string::npos), group);
}

BOOST_AUTO_TEST_CASE(a_number_without_an_account_needs_a_group)
{
    BOOST_TEST(resolved("3999999999", "") ==
               "user: no account has the number 3999999999, so its group is unknown; add --group NAME");
}

BOOST_AUTO_TEST_CASE(the_own_user_is_always_allowed)
{
    auto const uid = std::to_string(::getuid());
    auto const gid = std::to_string(::getgid());
    BOOST_TEST(resolved(uid, gid).ends_with(' ' + uid + ' ' + gid));
}

BOOST_AUTO_TEST_CASE(names_and_numbers_are_resolved, *boost::unit_test::precondition(is_root))
{
    passwd const* const nobody = ::getpwnam("nobody");
    BOOST_REQUIRE(nobody != nullptr);
    std::string const uid = std::to_string(nobody->pw_uid);
    std::string const own = "nobody " + uid + ' ' + std::to_string(nobody->pw_gid);
    BOOST_TEST(resolved("nobody", "") == own);
    BOOST_TEST(resolved(uid, "") == own);
    BOOST_TEST(resolved("nobody", "7") == "nobody " + uid + " 7");
    BOOST_TEST(resolved("3999999999", "7") == " 3999999999 7");
}

BOOST_AUTO_TEST_CASE(all_identities_change_and_none_comes_back, *boost::unit_test::precondition(is_root))
{
    struct {
        run_identity identity;
        std::string expected;
    } const table[] = {
        {{"", 3'999'999'999U, 7}, "3999999999 3999999999 3999999999 7 7 7 [7 ]"},
        {{"polyport-none", 1234, 7}, "1234 1234 1234 7 7 7 [7 ]"},
    };
    for (auto const& row : table) {
        BOOST_TEST(test::in_child([&] {
                       gid_t const groups[] = {0, 1, 2};
                       ::setgroups(3, groups);
                       auto const dropped = drop_privileges(row.identity);
                       if (!dropped)
                           return dropped.error().text;
                       if (::setuid(0) == 0 || ::setgid(0) == 0 || ::setgroups(0, nullptr) == 0)
                           return std::string("root came back");
                       return who();
                   }) == row.expected);
    }
}

BOOST_AUTO_TEST_CASE(who_is_not_root_is_told_in_time, *boost::unit_test::precondition(is_root))
{
    BOOST_TEST(test::in_child([] {
                   drop_privileges({"", 1234, 7}).value();
                   return resolved("0", "0") + " / " + resolved("1234", "7") + " / " +
                          (drop_privileges({"", 1234, 7}).has_value() ? "stays" : "fails") + " / " +
                          drop_privileges({"", 4321, 7}).error().text;
               }) == "user: only root may become '0', and this process runs as user 1234; start it as root, "
                     "or leave out --user "
                     "and --group /  1234 7 / stays / user: cannot become user 4321, group 7: setgroups: "
                     "Operation not permitted; "
                     "start as root with CAP_SETUID and CAP_SETGID, or leave out --user and --group");
}

BOOST_AUTO_TEST_SUITE_END()
