// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/admin_calls.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <linux/filter.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace json = boost::json;

namespace {

/// The kernel drops whatever comes for this socket, unseen: to the other side, its machine has gone.
void become_deaf(unique_fd const& client)
{
    sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    sock_fprog const filter{1, nothing};
    BOOST_TEST_REQUIRE(::setsockopt(client.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(admin)

BOOST_AUTO_TEST_CASE(a_tcp_connection_is_shown_with_all_that_is_known_of_it)
{
    steered_daemon daemon({"--tcp-uppercase", "0"});
    auto const port = daemon.server().port("tcp-uppercase");
    auto const client = served(port);
    BOOST_TEST_REQUIRE(daemon.shows("?state=idle&service=tcp-uppercase", 1U));
    auto const all = daemon.connections("?service=tcp-uppercase");
    BOOST_TEST_REQUIRE(all.size() == 1U);
    auto const& c = all.front().as_object();
    BOOST_TEST(text_at(c, "transport") == "tcp");
    BOOST_TEST(text_at(c, "state") == "idle");
    BOOST_TEST(text_at(c, "peer") == "present");
    auto const& local = c.at("local").as_object();
    auto const& remote = c.at("remote").as_object();
    BOOST_TEST(text_at(local, "address") == "127.0.0.1");
    BOOST_TEST(number_at(local, "port") == port);
    BOOST_TEST(text_at(remote, "address") + ":" + std::to_string(number_at(remote, "port")) ==
               local_text(client));
    BOOST_TEST(text_at(c.at("deadline").as_object(), "kind") == "idle");
    BOOST_TEST(number_at(c, "received") == 1U);
    BOOST_TEST(number_at(c, "sent") == 1U);
    auto const& tcp = c.at("tcp").as_object();
    BOOST_TEST(text_at(tcp, "state") == "ESTABLISHED");
    BOOST_TEST(number_at(tcp, "rtt_us") > 0U);
    BOOST_TEST(number_at(tcp, "cwnd") > 0U);
    for (auto const* const name : {"rttvar_us", "retransmits", "unacked", "delivery_rate", "last_received_ms",
                                   "last_sent_ms", "last_ack_ms"})
        BOOST_TEST(tcp.contains(name), name);

    auto const one = daemon.get("/connections/" + std::to_string(number_at(c, "id")));
    BOOST_TEST(number_at(one, "id") == number_at(c, "id"));
    BOOST_TEST(!daemon.connections("?service=tcp-uppercase&tcp=no").front().as_object().contains("tcp"));
}

BOOST_AUTO_TEST_CASE(a_unix_connection_is_shown_with_its_path_and_who_it_is)
{
    temporary_directory const directory;
    auto const path = directory / "up.sock";
    steered_daemon daemon({"--local-stream", path});
    auto const own = directory / "client.sock";
    auto const client = connect_unix(path, own);
    BOOST_TEST_REQUIRE(daemon.shows("?transport=unix&service=local-stream", 1U));
    auto const all = daemon.connections("?service=local-stream");
    auto const& c = all.front().as_object();
    BOOST_TEST(text_at(c.at("local").as_object(), "path") == path.string());
    BOOST_TEST(text_at(c.at("remote").as_object(), "path") == own.string());
    auto const& who = c.at("credentials").as_object();
    BOOST_TEST(number_at(who, "uid") == ::getuid());
    BOOST_TEST(number_at(who, "gid") == ::getgid());
    BOOST_TEST(number_at(who, "pid") == static_cast<std::uint64_t>(::getpid()));
    BOOST_TEST(daemon.connections("?uid=" + std::to_string(::getuid()) + "&service=local-stream").size() ==
               1U);
    BOOST_TEST(daemon.connections("?uid=4294967294").empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_404_and_another_method_405)
{
    steered_daemon daemon({"--tcp-uppercase", "0"});
    for (auto const* const target :
         {"/nothing", "/connections/", "/connections/x", "/connections/1/2", "/connections/99999",
          "/connections/18446744073709551616", "//connections"})
        BOOST_TEST(daemon.call("GET", target).status == 404, target);
    BOOST_TEST(daemon.call("DELETE", "/connections/99999").status == 404);
    auto const reply = daemon.call("POST", "/connections");
    BOOST_TEST(reply.status == 405);
    BOOST_TEST(reply.field("allow") == "GET, HEAD, DELETE");
    auto const head = daemon.call("HEAD", "/connections");
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.field("content-type") == "application/json");
    BOOST_TEST(head.field("cache-control") == "no-store");
}

BOOST_AUTO_TEST_CASE(a_connection_is_ended_in_each_way_and_twice_is_harmless)
{
    struct {
        std::string_view how;
        std::string_view seen;
    } const table[] = {{"", "end"},
                       {"?how=close", "end"},
                       {"?how=finish", "end"},
                       {"?how=reset", "Connection reset by peer"}};
    steered_daemon daemon({"--tcp-uppercase", "0"});
    for (auto const& row : table) {
        auto const client = served(daemon.server().port("tcp-uppercase"));
        auto const other = served(daemon.server().port("tcp-uppercase"));
        BOOST_TEST_REQUIRE(daemon.shows("?state=idle&service=tcp-uppercase", 2U));
        auto const all = daemon.connections("?remote=" + local_text(client));
        auto const target = "/connections/" + std::to_string(number_at(all.at(0).as_object(), "id"));
        auto const reply = daemon.call("DELETE", target + std::string(row.how));
        BOOST_TEST(reply.status == 200);
        BOOST_TEST(reply.body == "{\"ended\":1}\n");
        BOOST_TEST(end_of(client) == row.seen);
        BOOST_TEST_REQUIRE(daemon.shows("?service=tcp-uppercase", 1U));
        auto const again = daemon.call("DELETE", target);
        BOOST_TEST(again.status == 404);
        send_all(other, "y");
        BOOST_TEST(receive_exactly(other, 1) == "Y");
    }
    BOOST_TEST(daemon.server().log().wait_for_count("admin-request", 8));
    auto const closed = daemon.server().log().wait_for([](log_line const& line) {
        return line.event() == "closed" && line.field("reason") == "killed by the operator";
    });
    BOOST_TEST(closed.has_value());
}

BOOST_AUTO_TEST_CASE(many_are_ended_by_a_filter)
{
    steered_daemon daemon({"--tcp-uppercase", "0", "--tcp-uppercase", "0"});
    std::vector<unique_fd> clients;
    for (int i = 0; i < 10; ++i)
        clients.push_back(served(daemon.server().port("tcp-uppercase", static_cast<std::size_t>(i % 2))));
    auto const watcher = connect_unix(daemon.path()); // of the control interface: not meant
    BOOST_TEST_REQUIRE(daemon.shows("?service=tcp-uppercase", 10U));
    auto const reply = daemon.call("DELETE", "/connections?older=0s&peer=present");
    BOOST_TEST(reply.body == "{\"ended\":10}\n");
    for (auto const& client : clients)
        BOOST_TEST(end_of(client) == "end");
    send_all(watcher, get_request("/healthz"));
    BOOST_TEST(receive_reply(watcher).status == 200);
}

BOOST_AUTO_TEST_CASE(who_is_between_two_requests_ends_at_once_who_is_busy_afterwards)
{
    temporary_directory const root;
    write_file(
        root / "slow.sh",
        "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nread line <\"$QUERY_STRING\"\necho \"$line\"\n");
    std::filesystem::permissions(root / "slow.sh", std::filesystem::perms::owner_all);
    auto const fifo = (root / "fifo").string();
    BOOST_TEST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    steered_daemon daemon({"--http", "0", "--http-root", root.path(), "--http-cgi", ".sh=/bin/sh"});
    auto const client = connect_tcp(daemon.server().port("http"));
    send_all(client, get_request("/slow.sh?" + fifo));
    BOOST_TEST_REQUIRE(daemon.shows("?service=http&state=busy", 1U));
    auto const all = daemon.connections("?service=http");
    BOOST_TEST(text_at(all.at(0).as_object(), "request") == "GET /slow.sh?" + fifo + " HTTP/1.1");
    // What ends it next: here it is the idle time of the program.
    auto const& next = all.at(0).as_object().at("deadline").as_object();
    BOOST_TEST(text_at(next, "kind") == "program");
    BOOST_TEST(next.at("in").to_number<double>() > 20);
    BOOST_TEST(next.at("in").to_number<double>() <= 30);
    auto const id = std::to_string(number_at(all.at(0).as_object(), "id"));
    BOOST_TEST(daemon.call("DELETE", "/connections/" + id + "?how=finish").status == 200);
    BOOST_TEST(daemon.connections("?service=http").size() == 1U);
    std::ofstream(fifo) << "finished\n";
    BOOST_TEST(receive_reply(client).body == "finished\n");
    BOOST_TEST(end_of(client) == "end");
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_is_noticed_while_its_handler_is_busy)
{
    temporary_directory const root;
    write_file(
        root / "slow.sh",
        "#!/bin/sh\ntrap '' TERM\nprintf 'Content-Type: text/plain\\n\\n'\nread line <\"$QUERY_STRING\"\n");
    std::filesystem::permissions(root / "slow.sh", std::filesystem::perms::owner_all);
    auto const fifo = (root / "fifo").string();
    BOOST_TEST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    steered_daemon daemon(
        {"--http", "0", "--http-root", root.path(), "--http-cgi", ".sh=/bin/sh", "--tcp-uppercase", "0"});
    auto const half = connect_tcp(daemon.server().port("http"));
    send_all(half, get_request("/slow.sh?" + fifo));
    BOOST_TEST_REQUIRE(daemon.shows("?service=http&state=busy&peer=present", 1U));
    shut_sending(half);
    BOOST_TEST(daemon.shows("?service=http&peer=half-closed", 1U));

    auto reset = served(daemon.server().port("tcp-uppercase"));
    reset_on_close(reset);
    reset = {};
    auto const closed = daemon.server().log().wait_for([](log_line const& line) {
        return line.event() == "closed" && line.field("service") == "tcp-uppercase";
    });
    BOOST_TEST_REQUIRE(closed.has_value());
    BOOST_TEST(closed->field("peer") == "reset");
    BOOST_TEST(closed->field("reason") == "Connection reset by peer");
}

BOOST_AUTO_TEST_CASE(keep_alive_probes_are_set_on_accepted_connections)
{
    steered_daemon daemon({"--tcp-uppercase", "0", "--tcp-keepalive", "1h", "--tcp-user-timeout", "20s"});
    auto const port = daemon.server().port("tcp-uppercase");
    auto const client = served(port);
    // /proc/net/tcp: local address, remote address, state, queues, timer 02: one of keep-alive.
    char wanted[32];
    std::snprintf(wanted, sizeof wanted, "0100007F:%04X 0100007F:%04X 01", port, local_port(client));
    BOOST_TEST(eventually([&] {
        auto const all = read_file("/proc/net/tcp");
        auto const at = all.find(wanted);
        return at != std::string::npos &&
               all.substr(at + sizeof("0100007F:0000 0100007F:0000 01") + 17, 3) == " 02";
    }));
}

BOOST_AUTO_TEST_CASE(a_peer_that_vanishes_without_a_word_is_found)
{
    struct {
        std::vector<std::string> options;
        bool answered; ///< data is under way to the peer when it vanishes
    } const table[] = {
        {{"--tcp-keepalive", "1s", "--tcp-keepalive-interval", "1s", "--tcp-keepalive-probes", "1"}, false},
        {{"--tcp-user-timeout", "300ms"}, true},
    };
    for (auto const& row : table) {
        auto arguments = row.options;
        arguments.insert(arguments.end(), {"--tcp-uppercase", "0"});
        steered_daemon daemon(arguments);
        auto const client = served(daemon.server().port("tcp-uppercase"));
        become_deaf(client);
        if (row.answered)
            send_all(client, "y");
        auto const closed = daemon.server().log().wait_for([](log_line const& line) {
            return line.event() == "closed" && line.field("service") == "tcp-uppercase";
        });
        BOOST_TEST_REQUIRE(closed.has_value());
        BOOST_TEST(closed->field("peer") == "vanished");
        BOOST_TEST(closed->field("reason") == "Connection timed out");
    }
}

BOOST_AUTO_TEST_CASE(an_operator_gets_in_when_all_places_are_taken)
{
    steered_daemon daemon({"--tcp-uppercase", "0", "--max-connections", "2"});
    auto const one = served(daemon.server().port("tcp-uppercase"));
    auto const two = served(daemon.server().port("tcp-uppercase"));
    auto const waiting = connect_tcp(daemon.server().port("tcp-uppercase"));
    send_all(waiting, "w");
    BOOST_TEST(daemon.connections("?service=tcp-uppercase").size() == 2U);
    BOOST_TEST(daemon.call("DELETE", "/connections?remote=" + local_text(one)).body == "{\"ended\":1}\n");
    BOOST_TEST(receive_exactly(waiting, 1) == "W");
}

BOOST_AUTO_TEST_CASE(health_readiness_configuration_and_log_level)
{
    steered_daemon daemon({"--tcp-uppercase", "0", "--idle-timeout", "90s"});
    BOOST_TEST(daemon.call("GET", "/healthz").status == 200);
    BOOST_TEST(daemon.call("GET", "/readyz").body == "{\"ready\":true}\n");

    std::string found;
    auto const configuration = daemon.get("/config");
    for (auto const& one : configuration.at("options").as_array()) {
        auto const& o = one.as_object();
        if (text_at(o, "name") == "idle-timeout" || text_at(o, "name") == "backlog")
            found += json::serialize(o);
    }
    BOOST_TEST(found.find(R"({"name":"idle-timeout","values":["90s"],"origin":"command line"})") !=
                   std::string::npos,
               found);
    BOOST_TEST(found.find(R"({"name":"backlog","values":["1024"],"origin":"default"})") != std::string::npos,
               found);

    BOOST_TEST(daemon.call("GET", "/log-level").body == "{\"level\":\"info\"}\n");
    for (auto const* const body : {"debug", "\"debug\"", R"({"level":"debug"})", " debug\n"}) {
        BOOST_TEST(daemon.call("PUT", "/log-level", {}, "warning").status == 200);
        auto const reply = daemon.call("PUT", "/log-level", {}, body);
        BOOST_TEST(reply.body == "{\"level\":\"debug\"}\n", body);
    }
    for (auto const* const body : {"loud", "7", R"({"level":7})", R"({"volume":"debug"})", "[]"})
        BOOST_TEST(daemon.call("PUT", "/log-level", {}, body).status == 400, body);
    BOOST_TEST(daemon.call("PUT", "/log-level", {}, std::string(2000, 'x')).status == 413);
    BOOST_TEST(daemon.call("GET", "/log-level").body == "{\"level\":\"debug\"}\n");
    BOOST_TEST(daemon.call("POST", "/reopen-logs").status == 200);
}

BOOST_AUTO_TEST_CASE(a_drain_waits_for_the_busy_and_can_be_watched)
{
    temporary_directory const root;
    write_file(
        root / "slow.sh",
        "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nread line <\"$QUERY_STRING\"\necho \"$line\"\n");
    std::filesystem::permissions(root / "slow.sh", std::filesystem::perms::owner_all);
    auto const fifo = (root / "fifo").string();
    BOOST_TEST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    steered_daemon daemon(
        {"--http", "0", "--http-root", root.path(), "--http-cgi", ".sh=/bin/sh", "--drain-timeout", "20s"});
    auto const port = daemon.server().port("http");
    auto const busy = connect_tcp(port);
    send_all(busy, get_request("/slow.sh?" + fifo));
    BOOST_TEST_REQUIRE(daemon.shows("?service=http&state=busy", 1U));
    auto const idle = connect_tcp(port);
    BOOST_TEST_REQUIRE(daemon.shows("?service=http&state=idle", 1U));

    auto const reply = daemon.call("POST", "/drain");
    BOOST_TEST(reply.status == 202);
    BOOST_TEST(end_of(idle) == "end");
    auto const left = daemon.connections("?service=http");
    auto const& next = left.at(0).as_object().at("deadline").as_object();
    BOOST_TEST(text_at(next, "kind") == "drain");
    BOOST_TEST(next.at("in").to_number<double>() > 5);
    BOOST_TEST(next.at("in").to_number<double>() <= 20);
    BOOST_TEST(daemon.call("GET", "/readyz").status == 503);
    BOOST_TEST(daemon.call("POST", "/drain").status == 202); // again is harmless
    BOOST_TEST(daemon.connections("?service=http").size() == 1U);
    BOOST_CHECK_THROW(connect_tcp(port), std::system_error);

    std::ofstream(fifo) << "finished\n";
    BOOST_TEST(receive_reply(busy).body == "finished\n");
    BOOST_TEST((daemon.server().wait() == 0));
}

BOOST_AUTO_TEST_SUITE_END()
