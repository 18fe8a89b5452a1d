// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

struct local_service {
    temporary_directory directory;
    std::filesystem::path path = directory / "datagram.sock";
    daemon_process server{{"--local-datagram", path.string()}};

    unique_fd client(std::string const& name) const { return connect_unix_datagram(path, directory / name); }
};

std::string ask(unique_fd const& client, std::string_view message)
{
    send_datagram(client, message);
    return receive_datagram(client);
}

} // namespace

BOOST_AUTO_TEST_SUITE(unix_datagram)

BOOST_AUTO_TEST_CASE(answers_the_path_that_the_sender_has_bound)
{
    local_service service;
    descriptor_check const descriptors(service.server);
    unique_fd const first = service.client("first");
    unique_fd const second = service.client("second");
    send_datagram(first, "one");
    send_datagram(second, "two");
    BOOST_TEST(receive_datagram(second) == "TWO");
    BOOST_TEST(receive_datagram(first) == "ONE");
    BOOST_TEST(ask(first, every_byte()) == uppercased(every_byte()));
}

BOOST_AUTO_TEST_CASE(keeps_the_order_and_the_borders_of_messages)
{
    local_service service;
    unique_fd const client = service.client("client");
    for (int i = 0; i < 2000; ++i)
        BOOST_REQUIRE(ask(client, "message " + std::to_string(i)) == "MESSAGE " + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(answers_an_abstract_name)
{
    local_service service;
    unique_fd const client =
        connect_unix_datagram(service.path, "@polyport-test-client-" + std::to_string(::getpid()));
    BOOST_TEST(ask(client, "no file") == "NO FILE");
}

BOOST_AUTO_TEST_CASE(answers_empty_and_large_messages_whole)
{
    local_service service;
    unique_fd const client = service.client("client");
    set_buffers(client, 4 << 20, 4 << 20);
    for (std::size_t const size :
         {std::size_t(0), std::size_t(1), std::size_t(65'536), std::size_t(150'000)}) {
        std::string const message = noise(size);
        bool const same = ask(client, message) == uppercased(message);
        BOOST_TEST(same, "size " << size);
    }
}

BOOST_AUTO_TEST_CASE(a_sender_without_a_name_is_counted_and_logged_and_harms_nobody)
{
    local_service service;
    unique_fd const nameless = connect_unix_datagram(service.path);
    for (int i = 0; i < 500; ++i)
        send_datagram(nameless, "who am I");
    unique_fd const client = service.client("client");
    BOOST_TEST(ask(client, "still here") == "STILL HERE");
    auto const logged =
        service.server.log().wait_for([](log_line const& line) { return line.event() == "sender-unnamed"; });
    BOOST_REQUIRE(logged);
    BOOST_TEST(logged->level() == "warning");
    BOOST_TEST(!logged->field("messages").empty());
    BOOST_TEST(service.server.log().count("sender-unnamed") < 20U); // rate-limited
}

BOOST_AUTO_TEST_CASE(a_receiver_whose_queue_is_full_keeps_nobody_waiting)
{
    local_service service;
    // Not connected: only then does the kernel bound its queue by net.unix.max_dgram_qlen.
    unique_fd const lazy = bind_unix(service.directory / "lazy", SOCK_DGRAM);
    set_limit(lazy, milliseconds(200));
    std::size_t sent = 0;
    try {
        for (; sent < 2000; ++sent)
            send_datagram_to(lazy, service.path, "number " + std::to_string(sent));
    } catch (std::system_error const&) {
        // The server may let us wait; it must not let others wait.
    }
    BOOST_TEST(sent > 10U);
    unique_fd const quick = service.client("quick");
    for (int i = 0; i < 100; ++i)
        BOOST_REQUIRE(ask(quick, "quick") == "QUICK");
    // What it has got is in order.
    set_limit(lazy, patience);
    for (int i = 0; i < 10; ++i)
        BOOST_REQUIRE(receive_datagram(lazy) == "NUMBER " + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_connected_receiver_that_does_not_read_keeps_nobody_waiting)
{
    local_service service;
    // Of a connected socket the kernel does not bound the queue: what it does not read stays charged to the
    // server's own send buffer.
    unique_fd const lazy = service.client("lazy");
    for (int i = 0; i < 200; ++i)
        send_datagram(lazy, "number " + std::to_string(i));
    unique_fd const quick = service.client("quick");
    for (int i = 0; i < 100; ++i)
        BOOST_REQUIRE(ask(quick, "quick") == "QUICK");
    for (int i = 0; i < 200; ++i)
        BOOST_REQUIRE(receive_datagram(lazy) == "NUMBER " + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_sender_that_has_gone_before_the_answer_harms_nobody)
{
    local_service service;
    for (int i = 0; i < 50; ++i) {
        std::string const name = "short-" + std::to_string(i);
        send_datagram(service.client(name), "no time to wait");
        std::filesystem::remove(service.directory / name);
    }
    BOOST_TEST(ask(service.client("client"), "still here") == "STILL HERE");
}

BOOST_AUTO_TEST_CASE(the_socket_file_has_the_mode_asked_for_and_goes_away_at_exit)
{
    temporary_directory const directory;
    std::filesystem::path const path = directory / "datagram.sock";
    {
        daemon_process server({"--local-datagram", path.string(), "--socket-mode", "0600"});
        auto const status = std::filesystem::status(path);
        BOOST_TEST((status.type() == std::filesystem::file_type::socket));
        BOOST_TEST((status.permissions() ==
                    (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
    }
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()
