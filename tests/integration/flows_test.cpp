// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

std::string ask(unique_fd const& client, std::string_view message)
{
    send_datagram(client, message);
    return receive_datagram(client);
}

/// What SIGUSR1 makes the daemon write: the records behind those that were there before.
class table_dump {
public:
    explicit table_dump(daemon_process const& server)
    {
        std::size_t const before = server.log().count("tables");
        server.signal(SIGUSR1);
        BOOST_TEST_REQUIRE(server.log().wait_for_count("tables", before + 1));
        std::size_t seen = 0;
        for (log_line const& line : server.log().lines()) {
            if (line.event() == "flow" && seen == before)
                flows_.push_back(line);
            if (line.event() == "tables" && seen++ == before)
                summary_ = line;
        }
    }

    std::vector<log_line> const& flows() const { return flows_; }
    std::string summary(std::string_view name) const { return summary_.field(name); }
    std::optional<log_line> of(std::string const& remote) const
    {
        for (log_line const& line : flows_)
            if (line.field("remote") == remote)
                return line;
        return std::nullopt;
    }

private:
    std::vector<log_line> flows_;
    log_line summary_;
};

/// To an address of 127.0.0.0/8.
void send_to(unique_fd const& client, std::string const& host, std::uint16_t port, std::string_view message)
{
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    BOOST_TEST_REQUIRE(::inet_pton(AF_INET, host.c_str(), &to.sin_addr) == 1);
    BOOST_TEST_REQUIRE(::sendto(client.get(), message.data(), message.size(), 0,
                                reinterpret_cast<sockaddr const*>(&to),
                                sizeof to) == static_cast<ssize_t>(message.size()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(flows)

BOOST_AUTO_TEST_CASE(a_flow_counts_the_messages_and_bytes_of_its_peer)
{
    temporary_directory const directory;
    std::string const path = directory / "d.sock";
    std::string const own = directory / "own.sock";
    daemon_process server({"--udp-uppercase", "0", "--local-datagram", path});
    unique_fd const first = connect_udp(server.port("udp-uppercase"));
    unique_fd const second = connect_udp(server.port("udp-uppercase"));
    unique_fd const local = connect_unix_datagram(path, own);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(ask(first, "12345") == "12345");
    BOOST_TEST(ask(second, "").empty());
    BOOST_TEST(ask(local, "local") == "LOCAL");

    table_dump const dump(server);
    BOOST_TEST(dump.summary("flows") == "3");
    auto const flow = dump.of(local_text(first));
    BOOST_TEST_REQUIRE(flow.has_value());
    BOOST_TEST(flow->field("service") == "udp-uppercase");
    BOOST_TEST(flow->field("transport") == "udp");
    BOOST_TEST(flow->field("local") == "127.0.0.1:" + std::to_string(server.port("udp-uppercase")));
    BOOST_TEST(flow->field("messages-received") == "3");
    BOOST_TEST(flow->field("messages-sent") == "3");
    BOOST_TEST(flow->field("received") == "15");
    BOOST_TEST(flow->field("sent") == "15");
    auto const empty = dump.of(local_text(second));
    BOOST_TEST_REQUIRE(empty.has_value());
    BOOST_TEST(empty->field("messages-received") == "1");
    BOOST_TEST(empty->field("received") == "0");
    auto const named = dump.of(own);
    BOOST_TEST_REQUIRE(named.has_value());
    BOOST_TEST(named->field("service") == "local-datagram");
    BOOST_TEST(named->field("transport") == "unixgram");
    BOOST_TEST(named->field("messages-sent") == "1");
}

BOOST_AUTO_TEST_CASE(one_client_has_a_flow_with_each_address_that_it_talks_to)
{
    daemon_process server({"--udp-uppercase", "127.0.0.1:0", "--udp-uppercase", "*:0"});
    std::array const ports{server.port("udp-uppercase", 0), server.port("udp-uppercase", 1)};
    unique_fd const client = bind_udp();
    std::vector<std::string> const asked{"127.0.0.1:" + std::to_string(ports[0]),
                                         "127.0.0.1:" + std::to_string(ports[1]),
                                         "127.0.0.2:" + std::to_string(ports[1])};
    for (auto const& [host, port] : {std::pair{"127.0.0.1", ports[0]}, std::pair{"127.0.0.1", ports[1]},
                                     std::pair{"127.0.0.2", ports[1]}, std::pair{"127.0.0.2", ports[1]}}) {
        send_to(client, host, port, "abcd");
        BOOST_TEST(receive_datagram(client) == "ABCD");
    }
    table_dump const dump(server);
    BOOST_TEST(dump.flows().size() == 3U);
    std::map<std::string, std::string> messages;
    for (auto const& flow : dump.flows())
        messages[flow.field("local")] = flow.field("messages-sent");
    BOOST_TEST(messages[asked[0]] == "1");
    BOOST_TEST(messages[asked[1]] == "1");
    BOOST_TEST(messages[asked[2]] == "2");
    auto const opened = server.log().wait_for([](log_line const& l) { return l.event() == "flow-opened"; });
    BOOST_TEST_REQUIRE(opened.has_value());
    BOOST_TEST(opened->field("local") == asked[0]);
}

BOOST_AUTO_TEST_CASE(an_answer_that_did_not_go_out_is_not_counted_as_sent)
{
    temporary_directory const directory;
    std::string const own = directory / "own.sock";
    daemon_process server({"--local-datagram", directory / "d.sock"});
    {
        unique_fd const client = connect_unix_datagram(directory / "d.sock", own);
        BOOST_TEST(ask(client, "there") == "THERE");
        server.hold();
        send_datagram(client, "gone");
    }
    server.let_go();
    auto const lost = server.log().wait_for([](log_line const& l) { return l.event() == "answer-lost"; });
    BOOST_TEST_REQUIRE(lost.has_value());
    BOOST_TEST(lost->field("remote") == own);
    auto const flow = table_dump(server).of(own);
    BOOST_TEST_REQUIRE(flow.has_value());
    BOOST_TEST(flow->field("messages-received") == "2");
    BOOST_TEST(flow->field("messages-sent") == "1");
    BOOST_TEST(flow->field("sent") == "5");
}

BOOST_AUTO_TEST_CASE(the_table_is_bounded_and_the_least_recently_used_leaves)
{
    daemon_process server({"--udp-uppercase", "0", "--flows-max", "10"});
    std::vector<unique_fd> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(connect_udp(server.port("udp-uppercase")));
        BOOST_TEST(ask(clients.front(), "first") == "FIRST"); // stays, for it is used again and again
        BOOST_TEST(ask(clients.back(), "next") == "NEXT");
    }
    table_dump const dump(server);
    BOOST_TEST(dump.flows().size() == 10U);
    BOOST_TEST(dump.summary("flows") == "10");
    BOOST_TEST(dump.summary("flows-evicted") == "40");
    BOOST_TEST(dump.of(local_text(clients.front())).has_value());
    BOOST_TEST(dump.of(local_text(clients.back())).has_value());
    BOOST_TEST(!dump.of(local_text(clients[1])).has_value());
    BOOST_TEST(ask(clients[1], "forgotten, not refused") == "FORGOTTEN, NOT REFUSED");
}

BOOST_AUTO_TEST_CASE(a_silent_peer_is_forgotten)
{
    daemon_process server({"--udp-uppercase", "0", "--flow-idle-timeout", "100ms"});
    BOOST_TEST(ask(connect_udp(server.port("udp-uppercase")), "abcd") == "ABCD");
    BOOST_TEST(eventually([&] { return table_dump(server).summary("flows") == "0"; }));
}

BOOST_AUTO_TEST_SUITE_END()
