// SPDX-License-Identifier: BSL-1.0
// Which connections and flows the control interface is asked for.
#include "tests/integration/admin_calls.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;

BOOST_AUTO_TEST_SUITE(admin_filters)

BOOST_AUTO_TEST_CASE(filters_order_and_limit)
{
    steered_daemon daemon({"--tcp-uppercase", "0"});
    auto const port = daemon.server().port("tcp-uppercase");
    std::vector<unique_fd> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(served(port));
        std::string const more(static_cast<std::size_t>(i) * 1000, 'a');
        send_all(clients.back(), more);
        receive_exactly(clients.back(), more.size());
    }
    BOOST_TEST_REQUIRE(daemon.shows("?state=idle&service=tcp-uppercase", 5U));
    auto const remote = local_text(clients[2]);
    struct {
        std::string query;
        std::size_t count;
    } const table[] = {
        {"?service=tcp-uppercase", 5},
        {"?service=http", 0},
        {"?service=tcp-uppercase&limit=2", 2},
        {"?transport=tcp", 5},
        {"?transport=unix", 1}, // the one that asks
        {"?state=writing", 0},
        {"?peer=present&transport=tcp", 5},
        {"?remote=" + remote, 1},
        {"?remote=127.0.0.1&service=tcp-uppercase", 5},
        {"?remote=127.0.0.0/8", 5},
        {"?remote=127.0.0.10", 0},
        {"?remote=::1", 0},
        {"?control=no", 5},
        {"?control=yes", 1},
        {"?control=no&limit=1&sort=-id", 1},
        {"?text=" + remote, 1},
        {"?text=TCP-UPPER", 5},
        {"?text=half-closed", 0},
        {"?remote=127.0.0.&service=tcp-uppercase", 5},
        {"?remote=192.0.2.", 0},
        {"?older=1h", 0},
        {"?idle=1h", 0},
        {"?older=0s&idle=0s&service=tcp%2Duppercase", 5},
        {"?bytes=4k", 2},
        {"?bytes=2k&limit=1", 1},
    };
    for (auto const& row : table)
        BOOST_TEST(daemon.connections(row.query).size() == row.count, row.query);

    auto const by_bytes = daemon.connections("?service=tcp-uppercase&sort=-bytes");
    auto const by_age = daemon.connections("?service=tcp-uppercase&sort=id");
    BOOST_TEST_REQUIRE(by_bytes.size() == 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        BOOST_TEST(number_at(by_bytes[i].as_object(), "received") == 1 + (4 - i) * 1000);
        BOOST_TEST(number_at(by_age[i].as_object(), "received") == 1 + i * 1000);
    }
    for (auto const* const key : {"age", "-idle", "received", "-sent", "rtt", "-retransmits", "-id"})
        BOOST_TEST(daemon.connections("?service=tcp-uppercase&sort=" + std::string(key)).size() == 5U, key);
    auto const first = number_at(by_age[1].as_object(), "id");
    BOOST_TEST(daemon.connections("?service=tcp-uppercase&after=" + std::to_string(first)).size() == 3U);
    auto const whole = daemon.get("/connections?service=tcp-uppercase&limit=2");
    BOOST_TEST(number_at(whole, "matched") == 5U);
    BOOST_TEST(number_at(whole, "total") == 6U);
}

BOOST_AUTO_TEST_CASE(a_remote_address_of_ipv6_is_named_as_it_is_shown)
{
    steered_daemon daemon({"--tcp-uppercase", "[::1]:0"});
    auto const client = connect_tcp(daemon.server().port("tcp-uppercase"), "::1");
    BOOST_TEST_REQUIRE(daemon.shows("?service=tcp-uppercase", 1U));
    auto const all = daemon.connections("?service=tcp-uppercase");
    BOOST_TEST(text_at(all.at(0).as_object().at("remote").as_object(), "address") == "::1");
    for (auto const* const query : {"?remote=::1", "?remote=[::1]", "?remote=%3A%3A1/128", "?remote=::/64"})
        BOOST_TEST(daemon.connections(query).size() == 1U, query);
    BOOST_TEST(daemon.connections("?remote=::2").empty());
    BOOST_TEST(daemon.call("DELETE", "/connections?remote=::1").body == "{\"ended\":1}\n");
}

BOOST_AUTO_TEST_CASE(bad_parameters_are_named)
{
    steered_daemon daemon({"--tcp-uppercase", "0"});
    struct {
        std::string_view method;
        std::string_view target;
        std::string_view named;
    } const table[] = {
        {"GET", "/connections?state=asleep", "state"},
        {"GET", "/connections?transport=pigeon", "transport"},
        {"GET", "/connections?peer=x", "peer"},
        {"GET", "/connections?uid=root", "uid"},
        {"GET", "/connections?older=soon", "older"},
        {"GET", "/connections?idle=-1s", "idle"},
        {"GET", "/connections?bytes=many", "bytes"},
        {"GET", "/connections?service=", "service"},
        {"GET", "/connections?user=", "user"},
        {"GET", "/connections?sort=colour", "sort"},
        {"GET", "/connections?limit=0", "limit"},
        {"GET", "/connections?after=x", "after"},
        {"GET", "/connections?tcp=maybe", "tcp"},
        {"GET", "/connections?colour=red", "colour"},
        {"GET", "/connections?remote=%zz", "remote"},
        {"GET", "/connections?remote=10.0.0.1/8", "remote"},
        {"GET", "/connections?text=", "text"},
        {"GET", "/connections?control=x", "control"},
        {"GET", "/connections?service=http&service=tcp-uppercase", "service"},
        {"DELETE", "/connections?state=idle&state=busy", "state"},
        {"GET", "/connections/1?tcp=no", "tcp"},
        {"GET", "/stats?a=1", "a"},
        {"GET", "/metrics?b=1", "b"},
        {"GET", "/config?c", "c"},
        {"GET", "/healthz?d=1", "d"},
        {"GET", "/readyz?e=1", "e"},
        {"GET", "/log-level?f=1", "f"},
        {"PUT", "/log-level?level=debug", "level"},
        {"POST", "/drain?in=1s", "in"},
        {"GET", "/flows?state=idle", "state"},
        {"GET", "/flows?sort=rtt", "sort"},
        {"GET", "/flows?limit=0", "limit"},
        {"GET", "/events?stats=1ms", "stats"},
        {"GET", "/events?x=1", "x"},
        {"GET", "/flows?x=1", "x"},
        {"DELETE", "/connections", "filter"},
        {"DELETE", "/connections?how=reset", "filter"},
        {"DELETE", "/connections?older=1h&how=gently", "how"},
        {"DELETE", "/connections/1?how=gently", "how"},
        {"DELETE", "/connections/1?state=idle", "state"},
    };
    for (auto const& row : table) {
        auto const reply = daemon.call(row.method, row.target);
        BOOST_TEST(reply.status == 400, row.target);
        BOOST_TEST(error_of(reply).find(row.named) != std::string::npos, reply.body);
    }
    std::string many = "/connections?";
    for (int i = 0; i < 40; ++i)
        many += "older=0s&";
    BOOST_TEST(daemon.call("GET", many).status == 400);
}

BOOST_AUTO_TEST_CASE(who_has_logged_in_is_known_between_two_requests)
{
    temporary_directory const root;
    write_file(root / "index.html", "hello");
    auto const passwords = (root / ".users").string();
    // alice, "open sesame"; bcrypt, cost 4
    write_file(passwords, "alice:$2y$04$4SXrrexiPJeOICpiOXKmK.8ATRYoNAk7LlyZZiz3duUKBeZtxastW\n");
    std::filesystem::permissions(passwords, std::filesystem::perms::owner_read);
    steered_daemon daemon({"--http", "0", "--http-root", root.path(), "--http-users", passwords,
                           "--http-access", "allow / user:*", "--http-access", "deny / all"});
    auto const port = daemon.server().port("http");
    auto const client = connect_tcp(port);
    auto const other = connect_tcp(port);
    send_all(client, get_request("/", "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n"));
    BOOST_TEST(receive_reply(client).status == 200);
    send_all(other, get_request("/"));
    BOOST_TEST(receive_reply(other).status == 401);
    BOOST_TEST_REQUIRE(daemon.shows("?service=http&state=idle", 2U));
    auto const alices = daemon.connections("?user=alice");
    BOOST_TEST_REQUIRE(alices.size() == 1U);
    BOOST_TEST(text_at(alices[0].as_object(), "user") == "alice");
    BOOST_TEST(daemon.connections("?user=bob").empty());
    BOOST_TEST(daemon.connections("?text=ALICE").size() == 1U);
    BOOST_TEST(daemon.call("DELETE", "/connections?user=alice").body == "{\"ended\":1}\n");
    BOOST_TEST(end_of(client) == "end");

    // The latest request counts.
    send_all(other, get_request("/", "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n"));
    BOOST_TEST(receive_reply(other).status == 200);
    BOOST_TEST(daemon.shows("?user=alice", 1U));
    send_all(other, get_request("/"));
    BOOST_TEST(receive_reply(other).status == 401);
    BOOST_TEST(daemon.shows("?user=alice", 0U));
}

BOOST_AUTO_TEST_CASE(flows_are_listed)
{
    steered_daemon daemon({"--udp-uppercase", "0"});
    auto const peer = connect_udp(daemon.server().port("udp-uppercase"));
    send_datagram(peer, "abc");
    BOOST_TEST(receive_datagram(peer) == "ABC");
    auto const flows = daemon.get("/flows").at("flows").as_array();
    BOOST_TEST_REQUIRE(flows.size() == 1U);
    auto const& f = flows.front().as_object();
    BOOST_TEST(text_at(f, "service") == "udp-uppercase");
    BOOST_TEST(number_at(f, "messages_received") == 1U);
    BOOST_TEST(number_at(f, "sent") == 3U);
    BOOST_TEST(number_at(f.at("remote").as_object(), "port") == local_port(peer));

    auto const other = connect_udp(daemon.server().port("udp-uppercase"));
    send_datagram(other, "abcdef");
    BOOST_TEST(receive_datagram(other) == "ABCDEF");
    auto const ports = [&daemon](std::string const& query) {
        std::vector<std::uint64_t> found;
        auto const answer = daemon.get("/flows" + query);
        for (auto const& one : answer.at("flows").as_array())
            found.push_back(number_at(one.as_object().at("remote").as_object(), "port"));
        return found;
    };
    std::vector<std::uint64_t> const both{local_port(peer), local_port(other)};
    std::vector<std::uint64_t> const latest_first{both[1], both[0]};
    BOOST_TEST(ports("") == latest_first);
    BOOST_TEST(ports("?sort=id") == both);
    BOOST_TEST(ports("?sort=-bytes&limit=1") == std::vector{both[1]});
    BOOST_TEST(ports("?remote=" + local_text(peer)) == std::vector{both[0]});
    BOOST_TEST(ports("?bytes=7&transport=udp&service=udp-uppercase&older=0s") == std::vector{both[1]});
    BOOST_TEST(ports("?idle=1h").empty());
    BOOST_TEST(number_at(daemon.get("/flows?limit=1"), "matched") == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
