// SPDX-License-Identifier: BSL-1.0
// --http-cgi-user and --http-cgi-group.
#include "tests/integration/cgi_site.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

using namespace polyport::integration;
namespace fs = std::filesystem;

namespace {

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result verdict(::geteuid() == 0);
    verdict.message() << "only root may give programs another user";
    return verdict;
}

constexpr auto readable = static_cast<fs::perms>(0755);

/// A site that others than its owner can read.
struct public_site {
    public_site()
    {
        fs::permissions(directory.path(), readable);
        fs::create_directory(directory / "cgi-bin");
        fs::permissions(directory / "cgi-bin", readable);
    }

    void add(std::string const& name, std::string const& text, unsigned mode = 0755) const
    {
        auto const file = directory / ("cgi-bin/" + name);
        fs::create_directories(file.parent_path());
        write_file(file, text);
        fs::permissions(file, static_cast<fs::perms>(mode));
    }

    std::vector<std::string> arguments(std::vector<std::string> more) const
    {
        std::vector<std::string> all{"--http",     "0",        "--http-root", directory.path().string(),
                                     "--http-cgi", "/cgi-bin/"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    temporary_directory directory;
};

constexpr auto hello = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nhello\\n'\n";

/// What the daemon says of arguments that it does not take, not even to look at them.
void refuses(std::vector<std::string> arguments, std::string const& sentence)
{
    arguments.emplace_back("--check");
    outcome const refused = run([&] {
        arguments.insert(arguments.begin(), daemon_program());
        return arguments;
    }());
    BOOST_TEST(refused.status == 2);
    BOOST_TEST(refused.err == "polyportd: " + sentence + "\n");
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_other_user)

BOOST_AUTO_TEST_CASE(programs_have_the_user_and_the_group, *boost::unit_test::precondition(is_root))
{
    public_site const files;
    files.add("who", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; id -u; id -g; id -G\n");
    auto const* const user = ::getpwnam("nobody");
    auto const* const group = ::getgrnam("daemon");
    BOOST_TEST_REQUIRE((user && group));
    auto const uid = std::to_string(user->pw_uid);
    auto const gid = std::to_string(group->gr_gid);
    daemon_process const server(files.arguments({"--http-cgi-user", "nobody", "--http-cgi-group", "daemon"}));
    BOOST_TEST(http_get(server.port("http"), "/cgi-bin/who").body == uid + "\n" + gid + "\n" + gid + "\n");
}

BOOST_AUTO_TEST_CASE(what_they_cannot_run_says_why, *boost::unit_test::precondition(is_root))
{
    public_site const files;
    files.add("hello", hello);
    files.add("no-interpreter", "echo hello\n");
    files.add("lost", "#!/no/such/shell\n");
    files.add("windows", "#!/bin/sh\r\necho\r\n");
    files.add("mine", hello, 0700);
    files.add("closed/hello", hello);
    fs::permissions(files.directory / "cgi-bin/closed", fs::perms::owner_all);
    daemon_process const server(files.arguments({"--http-cgi-user", "nobody"}));
    descriptor_check const descriptors(server);
    struct {
        char const* program;
        char const* says;
    } const cases[] = {
        {"no-interpreter", "it has no '#!' line"},
        {"lost", "its interpreter '/no/such/shell' does not exist"},
        {"windows", "carriage return"},
        {"mine", "permission denied"},
        {"closed/hello", "its directory"},
    };
    for (auto const& c : cases) {
        BOOST_TEST(http_get(server.port("http"), "/cgi-bin/" + std::string(c.program)).status == 500,
                   c.program);
        auto const line = server.log().wait_for([&](log_line const& l) {
            return l.event() == "cgi-not-started" &&
                   l.field("message").find("/" + std::string(c.program) + "'") != std::string::npos;
        });
        BOOST_TEST_REQUIRE(line.has_value(), c.program);
        BOOST_TEST(line->field("message").find(c.says) != std::string::npos, line->text);
    }
    BOOST_TEST(http_get(server.port("http"), "/cgi-bin/hello").body == "hello\n");
    BOOST_TEST(server.log().wait_for_count("cgi-ended", 1));
    BOOST_TEST(server.log().count("cgi-ended") == 1U); // the others never ran
    BOOST_TEST(server.log().count("cgi-stderr") == 0U);
}

BOOST_AUTO_TEST_CASE(many_at_a_time_run_as_that_user, *boost::unit_test::precondition(is_root))
{
    public_site const files;
    files.add("hello", hello);
    files.add("lost", "#!/no/such/shell\n");
    daemon_process const server(files.arguments({"--http-cgi-user", "nobody"}));
    std::vector<polyport::unique_fd> clients;
    for (int i = 0; i < 16; ++i) {
        clients.push_back(connect_tcp(server.port("http")));
        send_all(clients.back(), get_request(i % 4 == 3 ? "/cgi-bin/lost" : "/cgi-bin/hello"));
    }
    for (int i = 0; i < 16; ++i)
        BOOST_TEST(receive_reply(clients[static_cast<std::size_t>(i)]).status == (i % 4 == 3 ? 500 : 200));
}

BOOST_AUTO_TEST_CASE(who_cannot_be_had_is_refused_beforehand)
{
    public_site const files;
    refuses(files.arguments({"--http-cgi-group", "daemon"}),
            "http-cgi-group: given without a user, which would leave programs running as the daemon's user; "
            "add --http-cgi-user NAME");
    refuses(files.arguments({"--http-cgi-user", "3999999999"}),
            "http-cgi-user: no account has the number 3999999999, so its group is unknown; add "
            "--http-cgi-group NAME");
}

BOOST_AUTO_TEST_CASE(a_daemon_that_does_not_stay_root_cannot_give_one,
                     *boost::unit_test::precondition(is_root))
{
    public_site const files;
    refuses(
        files.arguments({"--user", "daemon", "--http-cgi-user", "nobody"}),
        "http-cgi-user: programs cannot be given a user, because the daemon does not stay root: leave out "
        "--user, or --http-cgi-user and --http-cgi-group");
    // It is nobody else that way.
    daemon_process const server(files.arguments({"--user", "root", "--http-cgi-user", "nobody"}));
    BOOST_TEST(http_get(server.port("http"), "/cgi-bin/none").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
