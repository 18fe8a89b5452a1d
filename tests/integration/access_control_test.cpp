// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/access_site.hpp"
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;
using list = std::vector<std::string>;

namespace {

list with_rules(list arguments, list const& rules)
{
    for (auto const& rule : rules) {
        arguments.emplace_back("--access");
        arguments.push_back(rule);
    }
    return arguments;
}

} // namespace

BOOST_AUTO_TEST_SUITE(access_control)

BOOST_AUTO_TEST_CASE(a_denied_connection_is_closed_at_once_on_each_transport)
{
    temporary_directory const directory;
    std::string const stream = directory / "s.sock";
    std::string const messages = directory / "d.sock";
    std::string const uid = std::to_string(::getuid());
    list const services{"--tcp-uppercase", "0",    "--udp-uppercase",  "0",     "--tcp-uppercase", "[::1]:0",
                        "--local-stream",  stream, "--local-datagram", messages};
    {
        daemon_process const server(with_rules(
            services, {"deny tcp-uppercase 127.0.0.1 ::1", "deny udp-uppercase all",
                       "deny local-stream unix:uid=" + uid, "deny local-datagram unix:uid=" + uid}));
        descriptor_check const descriptors(server);
        BOOST_TEST(!is_served(connect_tcp(server.port("tcp-uppercase"))));
        BOOST_TEST(!is_served(connect_tcp(server.port("tcp-uppercase", 1), "::1")));
        BOOST_TEST(is_served(connect_tcp(server.port("tcp-uppercase"), "127.0.0.1", "127.0.0.2")));
        BOOST_TEST(!is_served(connect_unix(stream)));
        BOOST_TEST(!is_answered(connect_udp(server.port("udp-uppercase"))));
        BOOST_TEST(!is_answered(connect_unix_datagram(messages, directory / "own.sock")));
        BOOST_TEST(server.log().wait_for_count("refused", 5));
        auto const said =
            server.log().wait_for([](log_line const& line) { return line.event() == "refused"; });
        BOOST_TEST_REQUIRE(said.has_value());
        BOOST_TEST(said->field("reason") == "access-rule");
        BOOST_TEST(said->field("detail") == "command line: deny tcp-uppercase 127.0.0.1 ::1");
    }
    daemon_process const server(
        with_rules(services, {"allow local-stream unix:uid=" + uid, "allow local-datagram unix:uid=" + uid,
                              "allow tcp-uppercase ::1", "allow udp-uppercase loopback", "deny all all"}));
    BOOST_TEST(is_served(connect_unix(stream)));
    BOOST_TEST(is_answered(connect_unix_datagram(messages, directory / "other.sock")));
    BOOST_TEST(is_served(connect_tcp(server.port("tcp-uppercase", 1), "::1")));
    BOOST_TEST(!is_served(connect_tcp(server.port("tcp-uppercase"))));
    BOOST_TEST(is_answered(connect_udp(server.port("udp-uppercase"))));
}

BOOST_AUTO_TEST_CASE(a_client_of_ipv4_is_the_same_on_a_socket_for_both_families)
{
    daemon_process const server({"--tcp-uppercase", "*:0", "--access", "deny tcp-uppercase 127.0.0.0/8"});
    BOOST_TEST(!is_served(connect_tcp(server.port("tcp-uppercase"))));
    BOOST_TEST(is_served(connect_tcp(server.port("tcp-uppercase"), "::1")));
}

BOOST_AUTO_TEST_CASE(a_place_that_is_denied_answers_403_however_it_is_asked_for)
{
    access_site const files;
    daemon_process const server(files.arguments({"--http-access", "deny /private/ 127.0.0.1", "--http-access",
                                                 "deny /index.html all", "--http-listing", "on"}));
    auto const status = [&](std::string_view target) { return http_get(server.port("http"), target).status; };
    for (int again = 0; again < 2; ++again) { // out of the cache, too
        BOOST_TEST(status("/open.txt") == 200);
        for (char const* const target : {"/private/x.txt", "/private/", "/private", "//private/x.txt",
                                         "/%70rivate/x.txt", "/x/../private/x.txt", "/./private//deep/y.txt",
                                         "/private/none", "/private/x.txt?y", "/index.html", "/"})
            BOOST_TEST(status(target) == 403, target);
    }
    unique_fd const other = connect_tcp(server.port("http"), "127.0.0.1", "127.0.0.2");
    send_all(other, get_request("/private/x.txt"));
    BOOST_TEST(receive_reply(other).body == "secret");
}

// A small file that was asked for lately is answered in a shorter way, which must not lead past the rules.
BOOST_AUTO_TEST_CASE(a_file_that_one_may_have_and_is_kept_in_memory_is_not_for_another)
{
    access_site const files;
    daemon_process const server(
        files.arguments({"--http-access", "allow /private/ 127.0.0.2 unix", "--http-access",
                         "deny /private/ all", "--http", files.directory / "h.sock"}));
    auto const request = get_request("/private/x.txt");
    unique_fd const friendly = connect_tcp(server.port("http"), "127.0.0.1", "127.0.0.2");
    unique_fd const local = connect_unix(files.directory / "h.sock");
    unique_fd const stranger = connect_tcp(server.port("http"));
    for (int again = 0; again < 3; ++again) {
        send_all(friendly, request);
        BOOST_TEST(receive_reply(friendly).body == "secret");
        send_all(local, request);
        BOOST_TEST(receive_reply(local).body == "secret");
        // On a connection whose other requests take the shorter way, all in one packet.
        send_all(stranger, get_request("/open.txt") + request + get_request("/open.txt") + request);
        for (int const expected : {200, 403, 200, 403})
            BOOST_TEST(receive_reply(stranger).status == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_rule_for_a_host_holds_for_that_host)
{
    access_site const files;
    daemon_process const server(files.arguments({"--http-access", "deny //Secret.Example.Org/private/ all"}));
    auto const status = [&](std::string const& host) {
        unique_fd const client = connect_tcp(server.port("http"));
        send_all(client, "GET /private/x.txt HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        return receive_reply(client).status;
    };
    for (int again = 0; again < 2; ++again) {
        BOOST_TEST(status("example.org") == 200);
        for (char const* const host :
             {"secret.example.org", "SECRET.example.ORG", "secret.example.org:8080", "secret.example.org."})
            BOOST_TEST(status(host) == 403, host);
    }
}

BOOST_AUTO_TEST_CASE(what_is_denied_as_a_whole_is_closed_without_a_byte)
{
    access_site const files;
    daemon_process const server(files.arguments({"--access", "deny http 127.0.0.1"}));
    unique_fd const client = connect_tcp(server.port("http"));
    std::string answer;
    try {
        send_all(client, get_request("/"));
        answer = receive_to_end(client);
    } catch (std::system_error const&) { // a reset will do
    }
    BOOST_TEST(answer == "");
}

// One more rule on the command line must not open what those of the file keep closed.
BOOST_AUTO_TEST_CASE(rules_of_the_command_line_stand_before_those_of_the_file)
{
    access_site const files;
    auto const config = files.directory / "conf";
    write_file(config, "tcp-uppercase = 0\naccess = deny all 10.0.0.0/8\naccess = deny all 11.0.0.0/8\n");
    auto const explained = [&](std::string const& address) {
        return run({daemon_program(), "--config", config.string(), "--access", "allow all 10.2.0.0/16",
                    "--http-access", "deny 10.2.0.1", "--check", "--explain", "tcp-uppercase " + address})
            .out;
    };
    BOOST_TEST(explained("10.1.1.1").find("denied by rule 3 (" + config.string() + ":2)") !=
                   std::string::npos,
               explained("10.1.1.1"));
    BOOST_TEST(explained("10.2.1.1").find("allowed by rule 1 (command line)") != std::string::npos);
    BOOST_TEST(explained("11.1.1.1").find("denied by rule 4 (") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refused_peer_of_a_unix_socket_is_named)
{
    temporary_directory const directory;
    std::string const path = directory / "s.sock";
    daemon_process const server(
        {"--local-stream", path, "--access", "deny local-stream unix:uid=" + std::to_string(::getuid())});
    BOOST_TEST(!is_served(connect_unix(path)));
    auto const said = server.log().wait_for([](log_line const& line) { return line.event() == "refused"; });
    BOOST_TEST_REQUIRE(said.has_value());
    BOOST_TEST(said->field("uid") == std::to_string(::getuid()));
    BOOST_TEST(said->field("gid") == std::to_string(::getgid()));
    BOOST_TEST(said->field("pid") == std::to_string(::getpid()));
}

BOOST_AUTO_TEST_CASE(the_check_explains_and_warns)
{
    access_site const files;
    auto const checked = [&](list const& more) {
        auto arguments = files.arguments(more);
        arguments.insert(arguments.begin(), daemon_program());
        arguments.emplace_back("--check");
        return run(arguments);
    };
    auto const explained =
        checked({"--http-access", "deny /private/ all", "--explain", "http /private/x 192.0.2.7"});
    BOOST_TEST(explained.status == 0, explained.err);
    BOOST_TEST(explained.out.starts_with(
                   "http /private/x 192.0.2.7: denied by rule 1 (command line): deny http /private/ all\n"),
               explained.out);
    // The service decodes a path as it does those of requests, and a denied connection has none.
    for (auto const& [question, end] :
         {std::pair{"http /%70rivate/x?y 192.0.2.7:4711", "  the answer is 403\n"},
          std::pair{"http /a/../private//x [::1]:80", "  the answer is 403\n"},
          std::pair{"http //h:80/private/x 192.0.2.7", "  the answer is 403\n"},
          std::pair{"http http://h/private 192.0.2.7", "  the answer is 403\n"},
          std::pair{"http /open.txt 127.0.0.1",
                    "  the connection is closed at once, whatever it would ask for\n"}}) {
        auto const decoded = checked({"--access", "deny http 127.0.0.1", "--http-access",
                                      "deny /private/ all", "--explain", question});
        BOOST_TEST(decoded.status == 0, decoded.err);
        BOOST_TEST(decoded.out.ends_with(end), decoded.out);
    }
    auto const shadowed = checked({"--access", "deny all all", "--access", "allow http /x/ all"});
    BOOST_TEST(shadowed.status == 0);
    BOOST_TEST(shadowed.err.find("warning: command line: 'allow http /x/ all' is never reached") !=
                   std::string::npos,
               shadowed.err);
    std::string const admin = files.directory / "a.sock";
    auto const closed = checked({"--admin", admin, "--access", "deny all all"});
    BOOST_TEST(
        closed.err.find("admin: nobody may reach the control interface, as command line: 'deny all all' is "
                        "for admin, too") != std::string::npos,
        closed.err);
    auto const kept =
        checked({"--admin", admin, "--access", "allow admin unix:uid=0", "--access", "deny all all"});
    BOOST_TEST(kept.err.find("admin: nobody") == std::string::npos, kept.err);
    for (auto const& [rule, expected] :
         {std::pair{"deny http 10.0.0.1/8", "write 10.0.0.0/8"},
          std::pair{"deny http /p/ user:x", "no file of users is for that place"}}) {
        auto const refused = checked({"--access", rule});
        BOOST_TEST(refused.status == 2);
        BOOST_TEST(refused.err.find(expected) != std::string::npos, refused.err);
    }
}

BOOST_AUTO_TEST_SUITE_END()
