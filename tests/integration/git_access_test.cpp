// SPDX-License-Identifier: BSL-1.0
// git over HTTP for users with passwords, as docs/cgi.md has it.
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace polyport::integration;
namespace fs = std::filesystem;
using list = std::vector<std::string>;

namespace {

// alice "open sesame", made by htpasswd (bcrypt, cost 4).
constexpr auto users = "alice:$2y$04$4SXrrexiPJeOICpiOXKmK.8ATRYoNAk7LlyZZiz3duUKBeZtxastW\n";

/// A repository that nobody may push to who is not logged in, git http-backend at /git and /push, and a
/// working tree with one commit.
struct git_site {
    temporary_directory directory;
    fs::path root = directory / "root";
    std::string repository = directory / "repositories" / "x.git";
    std::string work = directory / "work";
    std::string passwords = directory / "passwords";

    git_site()
    {
        fs::create_directories(repository);
        fs::create_directories(root);
        write_file(passwords, users);
        fs::permissions(passwords, fs::perms::owner_read | fs::perms::owner_write);
        BOOST_TEST_REQUIRE(git({"init", "-q", "--bare", "-b", "main", repository}).status == 0);
        for (char const* name : {"git", "push"}) {
            write_file(root / name, "#!/bin/sh\nexec env GIT_HTTP_EXPORT_ALL=1 GIT_PROJECT_ROOT='" +
                                        fs::path(repository).parent_path().string() + "' git http-backend\n");
            fs::permissions(root / name, fs::perms::owner_all);
        }
        BOOST_TEST_REQUIRE(git({"init", "-q", "-b", "main", work}).status == 0);
        commit("large");
    }

    outcome git(list arguments) const
    {
        arguments.insert(arguments.begin(), {"git", "-c", "user.name=a", "-c", "user.email=a@example.org"});
        return run(arguments, {},
                   {.environment = {"GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_GLOBAL=/dev/null",
                                    "HOME=" + directory.path().string()}});
    }

    void commit(std::string const& name) const
    {
        write_file(fs::path(work) / name, noise(300'000));
        BOOST_TEST_REQUIRE(git({"-C", work, "add", name}).status == 0);
        BOOST_TEST_REQUIRE(git({"-C", work, "commit", "-q", "-m", name}).status == 0);
    }

    bool pushes(std::string const& to) const
    {
        return git({"-C", work, "push", "-q", to, "main"}).status == 0;
    }

    bool clones(std::string const& from) const
    {
        static int number = 0;
        std::string const copy = directory / ("clone" + std::to_string(++number));
        return git({"clone", "-q", from, copy}).status == 0 &&
               read_file(fs::path(copy) / "large") == noise(300'000);
    }

    list arguments(list const& rules) const
    {
        list all{"--http", "0", "--http-root", root.string(), "--http-users", passwords};
        for (auto const& rule : rules)
            all.insert(all.end(), {"--http-access", rule});
        return all;
    }
};

/// Where the repository is, for one user or for anybody.
std::string url(daemon_process const& server, std::string const& path, std::string const& user = {})
{
    return "http://" + user + "127.0.0.1:" + std::to_string(server.port("http")) + path + "/x.git";
}

constexpr auto alice = "alice:open%20sesame@";

} // namespace

BOOST_AUTO_TEST_SUITE(git_access)

BOOST_AUTO_TEST_CASE(all_of_it_asks_for_a_password)
{
    git_site const site;
    daemon_process const server(site.arguments({"allow /git/ user:alice", "deny /git/ all"}));
    BOOST_TEST(!site.pushes(url(server, "/git")));
    BOOST_TEST(!site.pushes(url(server, "/git", "alice:wrong@")));
    BOOST_TEST(site.pushes(url(server, "/git", alice))); // REMOTE_USER lets it in
    BOOST_TEST(!site.clones(url(server, "/git")));
    BOOST_TEST(site.clones(url(server, "/git", alice)));
}

BOOST_AUTO_TEST_CASE(all_can_read_and_an_address_of_its_own_is_for_pushes)
{
    git_site const site;
    daemon_process const server(site.arguments({"allow /push/ user:*", "deny /push/ all"}));
    BOOST_TEST(!site.pushes(url(server, "/push")));
    BOOST_TEST(!site.pushes(url(server, "/git")));
    BOOST_TEST(!site.pushes(url(server, "/git", alice))); // nobody asks who that is
    BOOST_TEST(site.pushes(url(server, "/push", alice)));
    BOOST_TEST(site.clones(url(server, "/git")));
}

BOOST_AUTO_TEST_CASE(all_can_read_and_a_push_to_the_same_address_asks_for_a_password)
{
    git_site const site;
    BOOST_TEST_REQUIRE(site.git({"-C", site.repository, "config", "http.receivepack", "true"}).status == 0);
    daemon_process const server(site.arguments(
        {"allow /git/x.git/git-receive-pack user:alice", "deny /git/x.git/git-receive-pack all"}));
    BOOST_TEST(!site.pushes(url(server, "/git")));
    BOOST_TEST(!site.pushes(url(server, "/git", "alice:wrong@")));
    BOOST_TEST(site.pushes(url(server, "/git", alice)));
    BOOST_TEST(site.clones(url(server, "/git")));
}

BOOST_AUTO_TEST_SUITE_END()
