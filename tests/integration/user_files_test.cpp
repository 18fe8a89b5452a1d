// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"
#include "tests/integration/login_site.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;
using list = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(user_files)

BOOST_AUTO_TEST_CASE(a_file_that_changes_is_read_again)
{
    login_site const files;
    daemon_process const server(files.arguments(only_users));
    auto const status = [&](std::string_view field) {
        return http_get(server.port("http"), "/private/x.txt", field).status;
    };
    BOOST_TEST(status(alice) == 200);
    // As htpasswd does it, and with a line that is broken.
    login_site::write_private(files.directory / "new", "eve:{SHA}2PRZAyDhNDqRW2OUFwZQqPNdaSY=\n" +
                                                           std::string(users.substr(users.find("bob:"))));
    fs::rename(files.directory / "new", files.passwords);
    BOOST_TEST(eventually([&] { return status(alice) == 401; }));
    BOOST_TEST(status(bob) == 200);
    auto const told =
        server.log().wait_for([](log_line const& line) { return line.event() == "password-file-line"; });
    BOOST_TEST_REQUIRE(told.has_value());
    BOOST_TEST(told->field("problem").starts_with("line 1: user 'eve': {SHA} has no salt"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_keeps_its_users_and_says_so)
{
    login_site const files;
    daemon_process server(files.arguments(only_users));
    server.expect_errors();
    auto const status = [&](std::string_view field) {
        return http_get(server.port("http"), "/private/x.txt", field).status;
    };
    BOOST_TEST(status(alice) == 200);
    fs::rename(files.passwords, files.directory / "away");
    BOOST_TEST(eventually([&] {
        BOOST_TEST(status(bob) == 200);
        return server.log().count("password-file") >= 2U;
    }));
    auto const told = server.log().wait_for(
        [](log_line const& line) { return line.event() == "password-file" && line.level() == "error"; });
    BOOST_TEST_REQUIRE(told.has_value());
    BOOST_TEST(told->field("consequence") == "those who were in it before stay valid");
    login_site::write_private(files.directory / "away", users.substr(users.find("bob:")));
    fs::rename(files.directory / "away", files.passwords);
    BOOST_TEST(eventually([&] { return status(alice) == 401; }));
    BOOST_TEST(status(bob) == 200);
}

BOOST_AUTO_TEST_CASE(what_would_not_protect_is_refused_at_start)
{
    login_site const files;
    auto const problem_of = [&](list const& arguments) {
        auto const refused = refused_start(arguments);
        BOOST_TEST(refused.status == 2);
        return refused.err;
    };
    BOOST_TEST(problem_of(files.arguments({"deny /other/ all"}))
                   .find("no access rule asks for a user at /private/") != std::string::npos);
    BOOST_TEST(problem_of(files.arguments({"allow /private/ user:*", "deny /other/ user:*", "deny / all"}))
                   .find("no file of users is for that place") != std::string::npos);
    BOOST_TEST(problem_of(files.arguments({"allow /private/ group:x", "deny / all"}))
                   .find("no file of groups is for that place") != std::string::npos);
    fs::remove(files.passwords);
    BOOST_TEST(problem_of(files.arguments(only_users)).find("make it with htpasswd -B -c FILE USER") !=
               std::string::npos);
    write_file(files.passwords, users);
    fs::permissions(files.passwords, fs::perms::owner_read | fs::perms::others_read);
    daemon_process const server(files.arguments(only_users));
    auto const told =
        server.log().wait_for([](log_line const& line) { return line.event() == "password-file-open"; });
    BOOST_TEST_REQUIRE(told.has_value());
    BOOST_TEST(told->field("remedy") == "chmod o= FILE");
}

BOOST_AUTO_TEST_CASE(the_check_tells_what_is_wrong_with_the_files)
{
    login_site const files;
    auto const check = [&](list arguments) {
        arguments.emplace_back("--check");
        arguments.insert(arguments.begin(), daemon_program());
        return run(arguments);
    };
    auto const warns = [&](list const& arguments, std::string_view text) {
        auto const checked = check(arguments);
        BOOST_TEST(checked.status == 0, checked.err);
        BOOST_TEST(checked.err.find(text) != std::string::npos, checked.err);
    };
    BOOST_TEST(check(files.arguments(only_users)).err == "");
    auto misspelt = files.arguments({"allow /private/ user:bop group:stuff", "deny /private/ all"});
    misspelt.insert(misspelt.end(), {"--http-groups", files.groups.string()});
    warns(misspelt, "names the user 'bop', but there is none in '" + files.passwords.string() + "'");
    warns(misspelt, "names the group 'stuff', but there is none in '" + files.groups.string() + "'");
    auto both =
        files.arguments({"deny /private/ 10.0.0.0/8", "allow /private/ user:*", "deny /private/ all"});
    both.insert(both.end(), {"--http-satisfy", "/private/=all"});
    warns(both, "http-satisfy: all wants the rules without users to allow as well, and at /private/ none");

    auto const served = files.root / "users.txt";
    login_site::write_private(served, users);
    auto inside = files.arguments(only_users);
    inside.insert(inside.end(),
                  {"--http-users", "/own/=" + served.string(), "--http-access", "deny /own/ user:eve"});
    warns(inside, "is served as /users.txt to whoever may have that; move it out of");
    fs::rename(served, files.root / ".users");
    inside[inside.size() - 3] = "/own/=" + (files.root / ".users").string();
    BOOST_TEST(check(inside).err.find("is served as") == std::string::npos);

    write_file(files.passwords, "");
    warns(files.arguments(only_users), "has no user with a password that can be checked");
    write_file(files.passwords, std::string(5'000'000, '#'));
    auto const refused = check(files.arguments(only_users));
    BOOST_TEST(refused.status == 2);
    BOOST_TEST(refused.err.find("is not a file of at most 4 MiB") != std::string::npos, refused.err);
}

BOOST_AUTO_TEST_CASE(a_file_that_the_later_user_cannot_read_is_told,
                     *boost::unit_test::precondition([](boost::unit_test::test_unit_id) {
                         return boost::test_tools::assertion_result(::geteuid() == 0);
                     }))
{
    login_site const files;
    fs::permissions(files.directory.path(), fs::perms::all);
    auto arguments = files.arguments(only_users);
    arguments.insert(arguments.begin(), daemon_program());
    arguments.insert(arguments.end(), {"--user", "nobody", "--check"});
    auto const told = run(arguments);
    BOOST_TEST(told.status == 0);
    BOOST_TEST(told.err.find("cannot be read by the user that the daemon becomes") != std::string::npos,
               told.err);
    fs::permissions(files.passwords, fs::perms::owner_read | fs::perms::group_read);
    auto const group =
        run({"sh", "-c", "chown \"root:$(id -gn nobody)\" '" + files.passwords.string() + "'"});
    BOOST_TEST_REQUIRE(group.status == 0, group.err);
    auto const good = run(arguments);
    BOOST_TEST(good.err == "", good.err);
}

BOOST_AUTO_TEST_SUITE_END()
