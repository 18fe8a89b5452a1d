// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/admin_calls.hpp"
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"
#include "tests/integration/login_site.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;

BOOST_AUTO_TEST_SUITE(password_guessing)

// A page with many pictures, a build farm: the password is right, and comes many times at once.
BOOST_AUTO_TEST_CASE(equal_logins_at_once_wait_for_one_check)
{
    login_site const files;
    auto const slow = files.add_slow_user();
    daemon_process const server(files.arguments(only_users));
    std::vector<unique_fd> clients;
    for (int i = 0; i < 24; ++i)
        clients.push_back(connect_tcp(server.port("http")));
    for (auto const& client : clients)
        send_all(client, get_request("/private/x.txt", slow));
    for (auto const& client : clients)
        BOOST_TEST(receive_reply(client).body == "secret");
}

// Behind one address translation, or behind one proxy.
BOOST_AUTO_TEST_CASE(who_shares_an_address_with_a_guesser_comes_in)
{
    login_site const files;
    (void)files.add_slow_user();
    for (bool const exempt : {false, true}) {
        auto arguments = files.arguments(only_users);
        if (exempt)
            arguments.insert(arguments.end(), {"--limit-exempt", "loopback"});
        daemon_process const server(arguments);
        auto const port = server.port("http");
        std::vector<unique_fd> guesses;
        for (int i = 0; i < 12; ++i)
            guesses.push_back(connect_tcp(port));
        for (std::size_t i = 0; i < guesses.size(); ++i)
            send_all(guesses[i], get_request("/private/x.txt", login("slow", std::to_string(i))));
        for (auto const field : {bob, alice, dave})
            BOOST_TEST(http_get(port, "/private/x.txt", field).status == 200);
        for (auto const& guess : guesses) {
            auto const status = receive_reply(guess).status;
            BOOST_TEST((status == 401 || status == 503));
        }
    }
}

// Who tries out passwords keeps two threads busy: with hashes that take long he would keep others out.
BOOST_AUTO_TEST_CASE(who_tries_passwords_out_waits_for_himself)
{
    login_site const files;
    (void)files.add_slow_user();
    daemon_process const server(files.arguments(only_users));
    auto const port = server.port("http");
    std::vector<unique_fd> guesses;
    for (int i = 0; i < 12; ++i)
        guesses.push_back(connect_tcp(port, "127.0.0.1", "127.0.0.7"));
    for (std::size_t i = 0; i < guesses.size(); ++i)
        send_all(guesses[i], get_request("/private/x.txt", login("slow", std::to_string(i))));
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

// Each login of a browser begins with one: counted, and not complained about.
BOOST_AUTO_TEST_CASE(a_request_for_a_password_is_counted)
{
    login_site const files;
    steered_daemon daemon(files.arguments(only_users));
    auto const port = daemon.server().port("http");
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(http_get(port, "/private/x.txt").status == 401);
    BOOST_TEST(http_get(port, "/private/x.txt", wrong).status == 401);
    auto const counted = daemon.call("GET", "/metrics").body;
    for (char const* const line :
         {"{service=\"http\",reason=\"login-needed\"} 3\n", "{service=\"http\",reason=\"login-failed\"} 1\n"})
        BOOST_TEST(counted.find(std::string("polyport_refused_total") + line) != std::string::npos, counted);
    BOOST_TEST(daemon.server().log().wait_for_count("refused", 1));
    BOOST_TEST(daemon.server().log().text().find("login-needed") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
