// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <string>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

struct stream_services {
    temporary_directory directory;
    std::filesystem::path path = directory / "stream.sock";
    daemon_process server;

    explicit stream_services(std::vector<std::string> more = {})
        : server([&] {
              std::vector<std::string> all{"--tcp-uppercase", "0",          "--tcp-uppercase", "[::1]:0",
                                           "--local-stream",  path.string()};
              all.insert(all.end(), more.begin(), more.end());
              return all;
          }())
    {
    }

    unique_fd tcp() const { return connect_tcp(server.port("tcp-uppercase")); }
    unique_fd tcp6() const { return connect_tcp(server.port("tcp-uppercase", 1), "::1"); }
    unique_fd local() const { return connect_unix(path); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(uppercase_stream)

BOOST_AUTO_TEST_CASE(changes_nothing_but_a_to_z_on_every_transport)
{
    stream_services services;
    descriptor_check const descriptors(services.server);
    for (unique_fd const& client : {services.tcp(), services.tcp6(), services.local()})
        BOOST_TEST(converse(client, every_byte()) == uppercased(every_byte()));
}

BOOST_AUTO_TEST_CASE(answers_every_message_of_a_connection_before_the_next_one)
{
    stream_services services;
    unique_fd const client = services.tcp();
    for (int i = 0; i < 1000; ++i) {
        std::string const message = "message " + std::to_string(i);
        send_all(client, message);
        BOOST_REQUIRE(receive_exactly(client, message.size()) == uppercased(message));
    }
}

BOOST_AUTO_TEST_CASE(answers_single_bytes)
{
    stream_services services;
    for (unique_fd const& client : {services.tcp(), services.local()}) {
        for (char const byte : every_byte()) {
            send_all(client, {&byte, 1});
            BOOST_REQUIRE(receive_exactly(client, 1) == uppercased({&byte, 1}));
        }
    }
}

BOOST_AUTO_TEST_CASE(passes_fifty_mebibytes_unharmed)
{
    stream_services services;
    std::string const bytes = noise(50U << 20);
    std::string const expected = uppercased(bytes);
    for (unique_fd const& client : {services.tcp(), services.local()}) {
        bool const same = converse(client, bytes) == expected; // not to be printed when it fails
        BOOST_TEST(same);
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_shuts_its_sending_side_still_gets_every_answer)
{
    stream_services services;
    for (unique_fd const& client : {services.tcp(), services.tcp6(), services.local()}) {
        std::string const bytes = noise(100'000);
        send_all(client, bytes);
        shut_sending(client);
        bool const same = receive_to_end(client) == uppercased(bytes);
        BOOST_TEST(same);
    }
    BOOST_TEST(services.server.log().wait_for_count("closed", 3));
}

BOOST_AUTO_TEST_CASE(a_second_client_is_served_while_the_first_stays_connected)
{
    stream_services services;
    unique_fd const first = services.tcp();
    send_all(first, "one");
    BOOST_TEST(receive_exactly(first, 3) == "ONE");
    unique_fd const second = services.tcp();
    send_all(second, "two");
    BOOST_TEST(receive_exactly(second, 3) == "TWO");
    send_all(first, "again");
    BOOST_TEST(receive_exactly(first, 5) == "AGAIN");
}

BOOST_AUTO_TEST_CASE(serves_2000_connections_at_once)
{
    stream_services services;
    descriptor_check const descriptors(services.server);
    std::vector<unique_fd> clients;
    for (int i = 0; i < 2000; ++i)
        clients.push_back(i % 4 == 0 ? services.local() : services.tcp());
    for (std::size_t i = 0; i < clients.size(); ++i)
        send_all(clients[i], "client " + std::to_string(i) + "\n");
    // The last one first, so that none is served only because the one before it has been read.
    for (std::size_t i = clients.size(); i-- > 0;)
        BOOST_REQUIRE(receive_until(clients[i], "\n") == "CLIENT " + std::to_string(i) + "\n");
    BOOST_TEST(services.server.log().wait_for_count("opened", 2000));
    clients.clear();
    BOOST_TEST(services.server.log().wait_for_count("closed", 2000));
}

BOOST_AUTO_TEST_CASE(many_clients_with_long_messages_do_not_mix_them)
{
    stream_services services;
    std::vector<std::future<bool>> clients;
    for (std::uint64_t i = 1; i <= 32; ++i)
        clients.push_back(std::async(std::launch::async, [&services, i] {
            unique_fd const client = i % 2 ? services.tcp() : services.local();
            std::string const bytes = noise(1U << 20, i);
            return converse(client, bytes) == uppercased(bytes);
        }));
    for (auto& client : clients)
        BOOST_TEST(client.get());
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_gets_back_pressure_and_then_the_write_deadline)
{
    stream_services services({"--write-timeout", "500ms"});
    for (int kind = 0; kind < 2; ++kind) {
        unique_fd const client = kind ? services.local() : services.tcp();
        send_all(client, "x"); // what one connection costs at all is there before we look
        BOOST_TEST(receive_exactly(client, 1) == "X");
        std::size_t const before = private_bytes(services.server.pid());
        // Sending never ends by itself: the server stops reading, and then closes.
        std::string const bytes(1U << 20, 'a');
        std::size_t sent = 0;
        try {
            while (sent < (1U << 30)) {
                send_all(client, bytes);
                sent += bytes.size();
            }
        } catch (std::system_error const& error) {
            bool const closed = error.code().value() == EPIPE || error.code().value() == ECONNRESET;
            BOOST_TEST(closed, error.what());
        }
        BOOST_TEST(sent < (1U << 30));
        std::size_t const after = private_bytes(services.server.pid());
        BOOST_TEST(after < before + (8U << 20));
        auto const closed = services.server.log().wait_for([&](log_line const& line) {
            return line.event() == "closed" &&
                   line.field("service") == (kind ? "local-stream" : "tcp-uppercase");
        });
        BOOST_REQUIRE(closed);
        BOOST_TEST(closed->field("reason") == "write time-out");
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_once_more_and_then_no_more_is_cut_off_too)
{
    stream_services services({"--write-timeout", "1s"});
    unique_fd const client = services.local();
    set_limit(client, milliseconds(200));
    // Every buffer on the way fills.
    BOOST_CHECK_THROW(send_all(client, std::string(64U << 20, 'a')), std::system_error);
    // Too little for the server to go on writing: what it waits for is the same, and its time begins anew.
    receive_exactly(client, 32 * 1024);
    auto const closed =
        services.server.log().wait_for([](log_line const& line) { return line.event() == "closed"; });
    BOOST_REQUIRE(closed);
    BOOST_TEST(closed->field("reason") == "write time-out");
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_slowly_but_reads_is_not_cut_off)
{
    stream_services services({"--write-timeout", "1s"});
    unique_fd const client = services.tcp();
    set_buffers(client, 16 * 1024, 16 * 1024);
    std::string const bytes = noise(12U << 20);
    auto const sender = std::async(std::launch::async, [&] {
        send_all(client, bytes);
        shut_sending(client);
    });
    // More than twice the deadline in all, with pauses that are much shorter.
    std::string answer;
    while (answer.size() < bytes.size() / 2) {
        answer += receive_exactly(client, 32 * 1024);
        ::usleep(12'000);
    }
    answer += receive_to_end(client);
    bool const same = answer == uppercased(bytes);
    BOOST_TEST(same);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_ends_at_the_idle_time_out)
{
    stream_services services({"--idle-timeout", "200ms"});
    unique_fd const client = services.tcp();
    send_all(client, "a");
    BOOST_TEST(receive_to_end(client) == "A");
    auto const closed =
        services.server.log().wait_for([](log_line const& line) { return line.event() == "closed"; });
    BOOST_REQUIRE(closed);
    BOOST_TEST(closed->field("reason") == "idle time-out");
}

BOOST_AUTO_TEST_CASE(a_client_that_resets_its_connection_harms_nobody)
{
    stream_services services;
    descriptor_check const descriptors(services.server);
    unique_fd const bystander = services.tcp();
    for (int i = 0; i < 50; ++i) {
        unique_fd const client = services.tcp();
        reset_on_close(client);
        send_all(client, noise(100'000)); // the answer finds nobody
    }
    BOOST_TEST(services.server.log().wait_for_count("closed", 50));
    send_all(bystander, "still here");
    BOOST_TEST(receive_exactly(bystander, 10) == "STILL HERE");
}

BOOST_AUTO_TEST_CASE(the_log_names_both_ends_and_counts_the_bytes)
{
    stream_services services;
    unique_fd const client = services.tcp();
    BOOST_TEST(converse(client, "abcd") == "ABCD");
    auto const opened =
        services.server.log().wait_for([](log_line const& line) { return line.event() == "opened"; });
    auto const closed =
        services.server.log().wait_for([](log_line const& line) { return line.event() == "closed"; });
    BOOST_REQUIRE(opened);
    BOOST_REQUIRE(closed);
    BOOST_TEST(opened->field("service") == "tcp-uppercase");
    BOOST_TEST(opened->field("transport") == "tcp");
    BOOST_TEST(opened->field("remote") == local_text(client));
    BOOST_TEST(opened->field("local") ==
               "127.0.0.1:" + std::to_string(services.server.port("tcp-uppercase")));
    BOOST_TEST(closed->field("connection") == opened->field("connection"));
    BOOST_TEST(closed->field("received") == "4");
    BOOST_TEST(closed->field("sent") == "4");
    BOOST_TEST(closed->field("reason") == "done");
    BOOST_TEST(!closed->field("duration").empty());
}

BOOST_AUTO_TEST_CASE(the_log_names_the_user_and_process_of_a_unix_client_and_its_own_path)
{
    stream_services services;
    std::filesystem::path const own = services.directory / "client.sock";
    BOOST_TEST(converse(connect_unix(services.path, own), "abcd") == "ABCD");
    auto const opened =
        services.server.log().wait_for([](log_line const& line) { return line.event() == "opened"; });
    BOOST_REQUIRE(opened);
    BOOST_TEST(opened->field("service") == "local-stream");
    BOOST_TEST(opened->field("transport") == "unix");
    BOOST_TEST(opened->field("uid") == std::to_string(::getuid()));
    BOOST_TEST(opened->field("gid") == std::to_string(::getgid()));
    BOOST_TEST(opened->field("pid") == std::to_string(::getpid()));
    BOOST_TEST(opened->field("remote") == own.string());
    BOOST_TEST(opened->field("local") == services.path.string());
}

BOOST_AUTO_TEST_CASE(an_abstract_socket_serves_like_one_with_a_path)
{
    std::string const name = "@polyport-test-" + std::to_string(::getpid());
    daemon_process server({"--local-stream", name});
    BOOST_TEST(std::string(server.endpoint("local-stream").at("path").as_string()) == name);
    BOOST_TEST(converse(connect_unix(name), "abcd") == "ABCD");
}

BOOST_AUTO_TEST_CASE(a_wildcard_endpoint_serves_both_families)
{
    daemon_process server({"--tcp-uppercase", "*:0"});
    std::uint16_t const port = server.port("tcp-uppercase");
    BOOST_TEST(converse(connect_tcp(port, "127.0.0.1"), "four") == "FOUR");
    BOOST_TEST(converse(connect_tcp(port, "127.0.0.2"), "other") == "OTHER");
    BOOST_TEST(converse(connect_tcp(port, "::1"), "six") == "SIX");
    // Which of our addresses was called is part of the connection's identity.
    auto const other = server.log().wait_for([&](log_line const& line) {
        return line.event() == "opened" && line.field("local") == "127.0.0.2:" + std::to_string(port);
    });
    BOOST_TEST(other.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
