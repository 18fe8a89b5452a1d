// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"
#include "tests/integration/login_site.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;
using list = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(logins)

BOOST_AUTO_TEST_CASE(who_has_a_password_comes_in)
{
    login_site const files;
    daemon_process const server(files.arguments(only_users));
    descriptor_check const descriptors(server);
    auto const get = [&](std::string_view target, std::string_view field = {}) {
        return http_get(server.port("http"), target, field);
    };
    auto const asked = get("/private/x.txt");
    BOOST_TEST(asked.status == 401);
    BOOST_TEST(asked.field("www-authenticate") == "Basic realm=\"the cellar\", charset=\"UTF-8\"");
    for (int again = 0; again < 2; ++again) {
        for (auto const field : {alice, bob, dave})
            BOOST_TEST(get("/private/x.txt", field).body == "secret", field);
        for (auto const field : {wrong, nobody, std::string_view("Authorization: Basic !!!\r\n"),
                                 std::string_view("Authorization: Bearer x\r\n")}) {
            auto const refused = get("/private/x.txt", field);
            BOOST_TEST(refused.status == 401, field);
            BOOST_TEST(refused.count("www-authenticate") == 1U, field);
        }
    }
    BOOST_TEST(get("/open.txt").status == 200);
    BOOST_TEST(get("/open.txt", wrong).status == 200); // nobody asked
    BOOST_TEST(get("/private/who", bob).body == "Basic bob ");
    BOOST_TEST(server.log()
                   .wait_for([](log_line const& line) {
                       return line.event() == "refused" && line.field("reason") == "login-failed";
                   })
                   .has_value());
    BOOST_TEST(server.log().text().find("open sesame") == std::string::npos);
    BOOST_TEST(server.log().text().find("YWxpY2U6") == std::string::npos);
}

// A small file that was asked for lately is answered in a shorter way: with the password of that request, and
// no other.
BOOST_AUTO_TEST_CASE(a_login_holds_for_its_request_alone)
{
    login_site const files;
    daemon_process const server(files.arguments(only_users));
    unique_fd const client = connect_tcp(server.port("http"));
    auto const anonymous = get_request("/private/x.txt");
    auto const known = get_request("/private/x.txt", alice);
    auto const guessed = get_request("/private/x.txt", wrong);
    for (int again = 0; again < 3; ++again) {
        send_all(client, known + anonymous + known + guessed + anonymous + known +
                             get_request("/private/who", alice) + get_request("/private/who", bob));
        for (int const expected : {200, 401, 200, 401, 401, 200})
            BOOST_TEST(receive_reply(client).status == expected);
        BOOST_TEST(receive_reply(client).body == "Basic alice ");
        BOOST_TEST(receive_reply(client).body == "Basic bob ");
    }
}

// Two files of users may have the same name for two people; and programs send on from one place to another.
BOOST_AUTO_TEST_CASE(a_user_of_one_file_is_none_of_another)
{
    login_site const files;
    fs::create_directories(files.root / "own");
    write_file(files.root / "own" / "send-on", "#!/bin/sh\nprintf 'Location: /private/who\\n\\n'\n");
    fs::permissions(files.root / "own" / "send-on", fs::perms::owner_all);
    // bob here has the password of dave there.
    auto const hash = users.substr(users.find("$6$"));
    login_site::write_private(files.directory / "others", "bob:" + std::string(hash));
    auto arguments = files.arguments({"allow /private/ user:bob", "allow /own/ user:bob", "deny / all"});
    arguments.insert(arguments.end(), {"--http-users", "/own/=" + (files.directory / "others").string()});
    daemon_process const server(arguments);
    constexpr std::string_view other_bob = "Authorization: Basic Ym9iOnNoYTUxMiBwdw==\r\n";
    auto const status = [&](std::string_view target, std::string_view field) {
        return http_get(server.port("http"), target, field).status;
    };
    BOOST_TEST(status("/private/x.txt", bob) == 200);
    BOOST_TEST(status("/private/x.txt", other_bob) == 401);
    BOOST_TEST(status("/own/send-on", bob) == 401);
    BOOST_TEST(status("/own/send-on", other_bob) == 401); // sent on to where he is nobody
}

BOOST_AUTO_TEST_CASE(users_and_groups_are_told_apart)
{
    login_site const files;
    auto arguments = files.arguments({"allow /private/ group:staff 127.0.0.2", "deny /private/ all"});
    arguments.insert(arguments.end(), {"--http-groups", files.groups.string()});
    daemon_process const server(arguments);
    auto const status = [&](std::string_view field) {
        return http_get(server.port("http"), "/private/x.txt", field).status;
    };
    BOOST_TEST(status(bob) == 200);
    BOOST_TEST(status(alice) == 403); // known, and not meant
    BOOST_TEST(status({}) == 401);
    unique_fd const near = connect_tcp(server.port("http"), "127.0.0.1", "127.0.0.2");
    send_all(near, get_request("/private/x.txt"));
    BOOST_TEST(receive_reply(near).status == 200); // one of both is enough
}

BOOST_AUTO_TEST_CASE(all_wants_the_place_and_the_password)
{
    login_site const files;
    auto arguments = files.arguments({"allow /private/ 127.0.0.2 user:bob", "deny /private/ all"});
    arguments.insert(arguments.end(), {"--http-satisfy", "/private/=all"});
    daemon_process const server(arguments);
    auto const status = [&](std::string const& from, std::string_view field) {
        unique_fd const client = connect_tcp(server.port("http"), "127.0.0.1", from);
        send_all(client, get_request("/private/x.txt", field));
        return receive_reply(client).status;
    };
    BOOST_TEST(status("127.0.0.2", bob) == 200);
    BOOST_TEST(status("127.0.0.2", {}) == 401);
    BOOST_TEST(status("127.0.0.2", alice) == 403);
    BOOST_TEST(status("127.0.0.1", bob) == 403);
}

BOOST_AUTO_TEST_CASE(what_htpasswd_makes_is_taken_or_refused_with_advice)
{
    login_site const files;
    for (auto const& [option, user] :
         {std::pair{"-mb", "apr1"}, std::pair{"-Bb", "bcrypt"}, std::pair{"-2b", "sha256"},
          std::pair{"-5b", "sha512"}, std::pair{"-sb", "sha"}, std::pair{"-pb", "plain"}}) {
        auto const made = run({"htpasswd", option, files.passwords.string(), user, "it is a secret"});
        BOOST_TEST_REQUIRE(made.status == 0, made.err);
    }
    auto arguments = files.arguments(only_users);
    arguments.emplace_back("--check");
    arguments.insert(arguments.begin(), daemon_program());
    auto const checked = run(arguments);
    BOOST_TEST(checked.status == 0);
    for (char const* const refused : {"'sha': {SHA} has no salt", "'plain': it is no hash that is taken"})
        BOOST_TEST(checked.err.find(refused) != std::string::npos, checked.err);

    daemon_process const server(files.arguments(only_users));
    auto const status_of = [&](std::string const& login) {
        return run({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-u", login,
                    "http://127.0.0.1:" + std::to_string(server.port("http")) + "/private/x.txt"})
            .out;
    };
    for (std::string const user : {"apr1", "bcrypt", "sha256", "sha512"}) {
        BOOST_TEST(status_of(user + ":it is a secret") == "200", user);
        BOOST_TEST(status_of(user + ":it is a Secret") == "401", user);
    }
    for (std::string const user : {"sha", "plain"})
        BOOST_TEST(status_of(user + ":it is a secret") == "401", user);
}

BOOST_AUTO_TEST_CASE(curl_logs_in)
{
    login_site const files;
    daemon_process const server(files.arguments(only_users));
    auto const url = "http://127.0.0.1:" + std::to_string(server.port("http")) + "/private/x.txt";
    BOOST_TEST(run({"curl", "-s", "-u", "alice:open sesame", url}).out == "secret");
    BOOST_TEST(run({"curl", "-s", "--anyauth", "-u", "bob:apr secret", url}).out == "secret");
    BOOST_TEST(run({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url}).out == "401");
}

BOOST_AUTO_TEST_SUITE_END()
