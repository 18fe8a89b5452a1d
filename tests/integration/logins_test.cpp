// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;
using list = std::vector<std::string>;

namespace {

// Made by htpasswd of Apache 2.4.71: alice "open sesame" (bcrypt, cost 4), bob "apr secret" (apr1), dave
// "sha512 pw".
constexpr std::string_view users = "alice:$2y$04$4SXrrexiPJeOICpiOXKmK.8ATRYoNAk7LlyZZiz3duUKBeZtxastW\n"
                                   "bob:$apr1$U2tub3YJ$sHbcXWt7J5uXdt4kXNR001\n"
                                   "dave:$6$MtkhR1megr6W.6U8$GOX/X3lne5gtRODRYI/1OCl3gtjDhapV/"
                                   "yDcCLhSq4Vk5piLbG/EBWTZdO0Y3AVn3/c4QW6hnYuGqk/oteQZp1\n";
constexpr std::string_view alice = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n";
constexpr std::string_view bob = "Authorization: Basic Ym9iOmFwciBzZWNyZXQ=\r\n";
constexpr std::string_view dave = "Authorization: Basic ZGF2ZTpzaGE1MTIgcHc=\r\n";
constexpr std::string_view wrong = "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n";  // alice:wrong
constexpr std::string_view nobody = "Authorization: Basic bm9ib2R5OndoYXQ=\r\n"; // nobody:what

struct site {
    temporary_directory directory;
    fs::path root = directory / "root";
    fs::path passwords = directory / "passwords";
    fs::path groups = directory / "groups";

    site()
    {
        fs::create_directories(root / "private");
        write_file(root / "open.txt", "open");
        write_file(root / "private" / "x.txt", "secret");
        write_file(
            root / "private" / "who",
            "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s %s %s' \"$AUTH_TYPE\" \"$REMOTE_USER\" "
            "\"$HTTP_AUTHORIZATION\"\n");
        fs::permissions(root / "private" / "who", fs::perms::owner_all);
        write_private(passwords, users);
        write_private(groups, "staff: bob\nadmins: alice\n");
    }

    static void write_private(fs::path const& path, std::string_view content)
    {
        write_file(path, content);
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    }

    list arguments(list const& rules) const
    {
        list all{"--http",       "0",
                 "--http-root",  root.string(),
                 "--http-users", "/private/=" + passwords.string(),
                 "--http-realm", "/private/=the cellar"};
        for (auto const& rule : rules) {
            all.emplace_back("--http-access");
            all.push_back(rule);
        }
        return all;
    }
};

list const only_users{"allow /private/ user:*", "deny /private/ all"};

} // namespace

BOOST_AUTO_TEST_SUITE(logins)

BOOST_AUTO_TEST_CASE(who_has_a_password_comes_in)
{
    site const files;
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
    site const files;
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
    site const files;
    fs::create_directories(files.root / "own");
    write_file(files.root / "own" / "send-on", "#!/bin/sh\nprintf 'Location: /private/who\\n\\n'\n");
    fs::permissions(files.root / "own" / "send-on", fs::perms::owner_all);
    // bob here has the password of dave there.
    auto const hash = users.substr(users.find("$6$"));
    site::write_private(files.directory / "others", "bob:" + std::string(hash));
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
    site const files;
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
    site const files;
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

BOOST_AUTO_TEST_CASE(a_file_that_changes_is_read_again)
{
    site const files;
    daemon_process const server(files.arguments(only_users));
    auto const status = [&](std::string_view field) {
        return http_get(server.port("http"), "/private/x.txt", field).status;
    };
    BOOST_TEST(status(alice) == 200);
    // As htpasswd does it, and with a line that is broken.
    site::write_private(files.directory / "new", "eve:{SHA}2PRZAyDhNDqRW2OUFwZQqPNdaSY=\n" +
                                                     std::string(users.substr(users.find("bob:"))));
    fs::rename(files.directory / "new", files.passwords);
    BOOST_TEST(eventually([&] { return status(alice) == 401; }));
    BOOST_TEST(status(bob) == 200);
    auto const told =
        server.log().wait_for([](log_line const& line) { return line.event() == "password-file-line"; });
    BOOST_TEST_REQUIRE(told.has_value());
    BOOST_TEST(told->field("problem").starts_with("line 1: user 'eve': {SHA} has no salt"));
}

BOOST_AUTO_TEST_CASE(what_would_not_protect_is_refused_at_start)
{
    site const files;
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

BOOST_AUTO_TEST_CASE(what_htpasswd_makes_is_taken_or_refused_with_advice)
{
    site const files;
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
    site const files;
    daemon_process const server(files.arguments(only_users));
    auto const url = "http://127.0.0.1:" + std::to_string(server.port("http")) + "/private/x.txt";
    BOOST_TEST(run({"curl", "-s", "-u", "alice:open sesame", url}).out == "secret");
    BOOST_TEST(run({"curl", "-s", "--anyauth", "-u", "bob:apr secret", url}).out == "secret");
    BOOST_TEST(run({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url}).out == "401");
}

// Who tries out passwords keeps two threads busy: with hashes that take long he would keep others out.
BOOST_AUTO_TEST_CASE(who_tries_passwords_out_waits_for_himself)
{
    site const files;
    auto const slow = run({"htpasswd", "-nbB", "-C", "10", "slow", "a long one"}); // a tenth of a second
    BOOST_TEST_REQUIRE(slow.status == 0, slow.err);
    site::write_private(files.passwords, std::string(users) + slow.out);
    daemon_process const server(files.arguments(only_users));
    auto const port = server.port("http");
    std::vector<unique_fd> guesses;
    for (int i = 0; i < 12; ++i)
        guesses.push_back(connect_tcp(port, "127.0.0.1", "127.0.0.7"));
    for (auto const& guess : guesses) // slow:wrong
        send_all(guess, get_request("/private/x.txt?" + std::to_string(guess.get()),
                                    "Authorization: Basic c2xvdzp3cm9uZw==\r\n"));
    // Neither what needs no password nor the first login of another waits for all of them.
    BOOST_TEST(http_get(port, "/open.txt").status == 200);
    BOOST_TEST(http_get(port, "/private/x.txt", bob).status == 200);
    int busy = 0;
    for (auto const& guess : guesses) {
        auto const reply = receive_reply(guess);
        BOOST_TEST((reply.status == 401 || reply.status == 503));
        BOOST_TEST((reply.status != 503 || reply.field("retry-after") == "1"));
        busy += reply.status == 503 ? 1 : 0;
    }
    BOOST_TEST(busy >= 4);
    BOOST_TEST(server.log()
                   .wait_for([](log_line const& line) {
                       return line.event() == "refused" && line.field("reason") == "login-busy";
                   })
                   .has_value());
}

BOOST_AUTO_TEST_SUITE_END()
