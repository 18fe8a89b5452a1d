// SPDX-License-Identifier: BSL-1.0
#include "client/dial.hpp"
#include "common/unique_fd.hpp"
#include "tests/unit/client/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace polyport;
using namespace polyport::client;

namespace {

client::talk_options options_for(std::string const& address)
{
    auto const to = parse_destination(address);
    BOOST_TEST_REQUIRE(to.has_value());
    client::talk_options made;
    made.to = *to;
    return made;
}

unique_fd bound(std::string const& path, int type, int backlog)
{
    unique_fd made(::socket(AF_UNIX, type, 0));
    sockaddr_storage storage = {};
    socklen_t const length = socket_address::from_unix(path).fill(storage);
    BOOST_TEST_REQUIRE(::bind(made.get(), reinterpret_cast<sockaddr*>(&storage), length) == 0);
    if (type == SOCK_STREAM)
        BOOST_TEST_REQUIRE(::listen(made.get(), backlog) == 0);
    return made;
}

std::string sentence(std::string const& address)
{
    auto const made = connect_stream(options_for(address));
    BOOST_TEST_REQUIRE(made.has_error());
    BOOST_TEST((made.error().status == exit_status::failed));
    return made.error().sentence;
}

/// Bound, so that nobody else has it, and without a listener, so that it refuses.
struct refusing_port {
    unique_fd socket{::socket(AF_INET, SOCK_STREAM, 0)};
    std::uint16_t port = 0;

    refusing_port()
    {
        sockaddr_in any = {};
        any.sin_family = AF_INET;
        any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        BOOST_TEST_REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
        port = socket_address::local_of(socket.get())->port();
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(dial)

BOOST_AUTO_TEST_CASE(a_refusal_asks_for_the_daemon)
{
    refusing_port const nobody;
    std::string const address = "127.0.0.1:" + std::to_string(nobody.port);
    BOOST_TEST(sentence(address) == address + ": connection refused; is polyportd running there?");
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_connected_to_says_why)
{
    temporary_directory const directory;
    BOOST_TEST(sentence(directory / "none").find("no such socket") != std::string::npos);

    std::ofstream(directory / "file") << "text";
    BOOST_TEST(sentence(directory / "file").find("not a socket") != std::string::npos);

    bound(directory / "stale", SOCK_STREAM, 1);
    BOOST_TEST(sentence(directory / "stale").find("connection refused") != std::string::npos);

    auto const datagrams = bound(directory / "datagrams", SOCK_DGRAM, 0);
    BOOST_TEST(sentence(directory / "datagrams").find("unixgram:PATH") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_cause_decides_the_remedy)
{
    struct row {
        char const* address;
        int error;
        char const* says;
    };
    for (row const& one : {
             row{"8000", ENETUNREACH, "check the address"},
             row{"8000", EHOSTUNREACH, "check the address"},
             row{"8000", EACCES, "firewall"},
             row{"unix:/x/y", EACCES, "modes of the socket"},
             row{"unixgram:/x/y", EPROTOTYPE, "unix:PATH"},
             row{"8000", EIO, "input/output error"},
         })
        BOOST_TEST(connect_sentence(*parse_destination(one.address), "thing", one.error).find(one.says) !=
                       std::string::npos,
                   one.address << ' ' << one.error);
}

BOOST_AUTO_TEST_CASE(a_full_backlog_is_waited_for_until_the_time_limit)
{
    temporary_directory const directory;
    auto const listener = bound(directory / "full", SOCK_STREAM, 0);
    auto options = options_for(directory / "full");
    options.timeout = milliseconds{30};
    auto const first = connect_stream(options);
    BOOST_TEST_REQUIRE(first.has_value());
    auto const second = connect_stream(options);
    BOOST_TEST_REQUIRE(second.has_error());
    BOOST_TEST((second.error().status == exit_status::timed_out));
    BOOST_TEST(second.error().sentence.find("no connection within 30ms") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stream_may_have_a_path_of_its_own)
{
    temporary_directory const directory;
    auto const listener = bound(directory / "server", SOCK_STREAM, 5);
    auto options = options_for(directory / "server");
    options.bind.emplace();
    options.bind->path = parse_destination(directory / "own")->endpoint;
    {
        auto const link = connect_stream(options);
        BOOST_TEST_REQUIRE(link.has_value());
        unique_fd const accepted(::accept(listener.get(), nullptr, nullptr));
        BOOST_TEST(socket_address::peer_of(accepted.get())->to_string() == directory / "own");
        BOOST_TEST((::fcntl(link->socket.get(), F_GETFD) & FD_CLOEXEC) != 0);
        BOOST_TEST((::fcntl(link->socket.get(), F_GETFL) & O_NONBLOCK) != 0);
    }
    BOOST_TEST(!std::filesystem::exists(directory / "own"));
}

BOOST_AUTO_TEST_SUITE_END()
