// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>
#include <vector>

#include <sys/socket.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

std::string ask(unique_fd const& client, std::string_view message)
{
    send_all(client, message);
    return receive_exactly(client, message.size());
}

void make_stale_socket(fs::path const& path, int type)
{
    bind_unix(path, type); // closed at once, and the file stays
    BOOST_TEST_REQUIRE(fs::is_socket(path));
}

} // namespace

BOOST_AUTO_TEST_SUITE(taken_addresses)

// Addresses that are taken

BOOST_AUTO_TEST_CASE(a_second_server_on_the_same_port_or_path_is_refused)
{
    temporary_directory const directory;
    std::string const stream = directory / "s.sock";
    std::string const datagram = directory / "d.sock";
    daemon_process first({"--tcp-uppercase", "0", "--udp-uppercase", "0", "--local-stream", stream,
                          "--local-datagram", datagram});
    std::vector<std::pair<std::string, std::string>> const taken{
        {"--tcp-uppercase", std::to_string(first.port("tcp-uppercase"))},
        {"--udp-uppercase", std::to_string(first.port("udp-uppercase"))},
        {"--local-stream", stream},
        {"--local-datagram", datagram},
        {"--local-datagram", stream}, // the path of the other kind is no less taken
        {"--local-stream", datagram},
    };
    for (auto const& [option, value] : taken) {
        outcome const result = refused_start({option, value});
        BOOST_TEST(result.status == 1, option << ' ' << value << ": " << result.err);
        BOOST_TEST(result.err.find(value) != std::string::npos, result.err);
    }
    BOOST_TEST(ask(connect_tcp(first.port("tcp-uppercase")), "abcd") == "ABCD");
    BOOST_TEST(ask(connect_unix(stream), "abcd") == "ABCD");
    unique_fd const client = connect_unix_datagram(datagram, directory / "client");
    send_datagram(client, "abcd");
    BOOST_TEST(receive_datagram(client) == "ABCD");
}

BOOST_AUTO_TEST_CASE(the_socket_file_of_a_dead_server_is_replaced)
{
    temporary_directory const directory;
    fs::path const stream = directory / "s.sock";
    fs::path const datagram = directory / "d.sock";
    make_stale_socket(stream, SOCK_STREAM);
    make_stale_socket(datagram, SOCK_DGRAM);
    {
        daemon_process server({"--local-stream", stream.string(), "--local-datagram", datagram.string()});
        BOOST_TEST(ask(connect_unix(stream), "abcd") == "ABCD");
    }
    BOOST_TEST(!fs::exists(stream));
    BOOST_TEST(!fs::exists(datagram));
}

BOOST_AUTO_TEST_CASE(the_ready_file_of_a_killed_server_is_gone_before_the_next_is_ready)
{
    temporary_directory const directory;
    std::string const ready = directory / "ready";
    unique_fd const other = listen_tcp();
    {
        daemon_process first({"--tcp-uppercase", "0", "--ready-file", ready});
        first.expect_status(128 + SIGKILL);
        first.signal(SIGKILL);
        first.wait();
    }
    BOOST_TEST(fs::exists(ready));
    outcome const second =
        refused_start({"--tcp-uppercase", std::to_string(local_port(other)), "--ready-file", ready});
    BOOST_TEST(second.status == 1);
    BOOST_TEST(!fs::exists(ready));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_socket_is_never_touched)
{
    temporary_directory const directory;
    fs::path const path = directory / "precious";
    write_file(path, "do not lose this");
    for (char const* option : {"--local-stream", "--local-datagram"}) {
        outcome const result = refused_start({option, path.string()});
        BOOST_TEST(result.status == 1);
        BOOST_TEST(result.err.find(path.string()) != std::string::npos);
        BOOST_TEST(read_file(path) == "do not lose this");
    }
}

BOOST_AUTO_TEST_CASE(at_exit_only_its_own_socket_file_is_removed)
{
    temporary_directory const directory;
    fs::path const path = directory / "s.sock";
    {
        daemon_process server({"--local-stream", path.string()});
        fs::remove(path);
        write_file(path, "somebody else's by now");
    }
    BOOST_TEST(read_file(path) == "somebody else's by now");
}

BOOST_AUTO_TEST_CASE(binds_again_at_once_after_a_stop_with_clients_connected)
{
    std::uint16_t port = 0;
    std::vector<unique_fd> clients;
    {
        daemon_process server({"--tcp-uppercase", "0"});
        port = server.port("tcp-uppercase");
        for (int i = 0; i < 20; ++i) {
            clients.push_back(connect_tcp(port));
            BOOST_TEST(ask(clients.back(), "abcd") == "ABCD");
        }
    }
    daemon_process server({"--tcp-uppercase", std::to_string(port)});
    BOOST_TEST(ask(connect_tcp(port), "again") == "AGAIN");
}

BOOST_AUTO_TEST_CASE(binds_again_at_once_after_it_was_killed)
{
    temporary_directory const directory;
    fs::path const path = directory / "s.sock";
    std::uint16_t port = 0;
    std::vector<unique_fd> clients;
    {
        daemon_process server({"--tcp-uppercase", "0", "--local-stream", path.string()});
        port = server.port("tcp-uppercase");
        clients.push_back(connect_tcp(port));
        BOOST_TEST(ask(clients.back(), "abcd") == "ABCD");
        server.expect_status(128 + SIGKILL);
        server.signal(SIGKILL);
        server.wait();
    }
    BOOST_TEST(fs::exists(path));
    daemon_process server({"--tcp-uppercase", std::to_string(port), "--local-stream", path.string()});
    BOOST_TEST(ask(connect_tcp(port), "again") == "AGAIN");
    BOOST_TEST(ask(connect_unix(path), "again") == "AGAIN");
}

BOOST_AUTO_TEST_SUITE_END()
