// SPDX-License-Identifier: BSL-1.0
#include "client/datagram_exchange.hpp"
#include "common/unique_fd.hpp"
#include "tests/unit/client/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include <sys/socket.h>

using namespace polyport;
using namespace polyport::client;

namespace {

/// A datagram server in the hands of the test.
class peer {
public:
    explicit peer(socket_address const& at) : socket_(::socket(at.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_storage storage = {};
        socklen_t const length = at.fill(storage);
        BOOST_TEST_REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&storage), length) == 0);
        timeval const patience{30, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }

    socket_address address() const { return *socket_address::local_of(socket_.get()); }

    /// The next datagram and its sender.
    std::pair<std::string, socket_address> receive() const
    {
        std::string text(100'000, '\0');
        sockaddr_storage from = {};
        socklen_t length = sizeof from;
        ssize_t const got = ::recvfrom(socket_.get(), text.data(), text.size(), 0,
                                       reinterpret_cast<sockaddr*>(&from), &length);
        text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return {text, socket_address::from(reinterpret_cast<sockaddr*>(&from), length)};
    }

    void send(std::string const& text, socket_address const& to) const
    {
        sockaddr_storage storage = {};
        socklen_t const length = to.fill(storage);
        ::sendto(socket_.get(), text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&storage), length);
    }

    void answer_one() const
    {
        auto const [text, from] = receive();
        send(text, from);
    }

private:
    unique_fd socket_;
};

socket_address loopback()
{
    return resolve(*parse_endpoint("127.0.0.1:0"))->front();
}

client::talk_options options_for(socket_address const& at, milliseconds timeout, unsigned retries)
{
    client::talk_options made;
    auto const to = parse_destination((at.is_unix() ? "unixgram:" : "udp://") + at.to_string());
    BOOST_TEST_REQUIRE(to.has_value());
    made.to = *to;
    made.timeout = timeout;
    made.retries = retries;
    return made;
}

std::string text_of(outcome<std::string> const& answer)
{
    return answer ? *answer : "failure: " + answer.error().sentence;
}

constexpr milliseconds ample{20'000};
constexpr milliseconds brief{30};

} // namespace

BOOST_AUTO_TEST_SUITE(datagram_exchange)

BOOST_AUTO_TEST_CASE(one_datagram_out_one_in_of_any_size)
{
    temporary_directory const directory;
    for (auto const& at : {loopback(), socket_address::from_unix(directory / "server")}) {
        peer const server(at);
        auto const options = options_for(server.address(), ample, 0);
        client::datagram_exchange talk(options, {server.address()});
        for (std::size_t const size : {std::size_t{1}, std::size_t{0}, std::size_t{1472}, max_datagram}) {
            std::string const text(size, 'x');
            std::thread answering([&server] { server.answer_one(); });
            auto const answer = talk.ask(text);
            answering.join();
            BOOST_TEST_REQUIRE(answer.has_value());
            BOOST_TEST((*answer == text));
        }
    }
}

BOOST_AUTO_TEST_CASE(silence_uses_up_every_try_and_is_a_time_out)
{
    peer const server(loopback());
    auto const options = options_for(server.address(), brief, 2);
    auto const answer = client::datagram_exchange(options, {server.address()}).ask("x");
    BOOST_TEST_REQUIRE(answer.has_error());
    BOOST_TEST((answer.error().status == exit_status::timed_out));
    BOOST_TEST(answer.error().sentence.find("no answer to 3 tries of 30ms") != std::string::npos);
    for (int n = 0; n < 3; ++n)
        BOOST_TEST(server.receive().first == "x");
}

BOOST_AUTO_TEST_CASE(a_lost_datagram_is_sent_again)
{
    peer const server(loopback());
    auto const options = options_for(server.address(), brief, 500);
    std::thread losing_one([&server] {
        server.receive();
        server.answer_one();
    });
    auto const answer = client::datagram_exchange(options, {server.address()}).ask("x");
    losing_one.join();
    BOOST_TEST_REQUIRE(answer.has_value());
    BOOST_TEST(*answer == "x");
}

BOOST_AUTO_TEST_CASE(the_late_answer_to_an_earlier_try_is_not_taken_for_a_new_one)
{
    temporary_directory const directory;
    for (auto const& at : {loopback(), socket_address::from_unix(directory / "server")}) {
        peer const server(at);
        auto const options = options_for(server.address(), milliseconds{200}, 500);
        client::datagram_exchange talk(options, {server.address()});

        socket_address first_sender;
        std::thread slow([&] {
            first_sender = server.receive().second;
            server.answer_one(); // of the second try
        });
        auto const first = talk.ask("first");
        slow.join();
        BOOST_TEST_REQUIRE(first.has_value());
        BOOST_TEST(*first == "first");

        server.send("late", first_sender);
        std::thread prompt([&] {
            std::string text;
            socket_address from;
            do // further tries of the first request may still be there
                std::tie(text, from) = server.receive();
            while (text != "second");
            server.send("late", first_sender);
            server.send(text, from);
            BOOST_TEST(from.to_string() != first_sender.to_string());
        });
        auto const second = talk.ask("second");
        prompt.join();
        BOOST_TEST_REQUIRE(second.has_value());
        BOOST_TEST(*second == "second");
    }
}

BOOST_AUTO_TEST_CASE(what_came_without_being_asked_for_is_dropped)
{
    peer const server(loopback());
    auto const options = options_for(server.address(), ample, 0);
    client::datagram_exchange talk(options, {server.address()});
    std::thread talkative([&server] {
        auto const [text, from] = server.receive();
        server.send(text, from);
        server.send("more", from);
        server.send("", from);
        server.send("and more", from);
    });
    BOOST_TEST(text_of(talk.ask("one")) == "one");
    talkative.join();
    std::thread answering([&server] { server.answer_one(); });
    BOOST_TEST(text_of(talk.ask("two")) == "two");
    answering.join();
}

BOOST_AUTO_TEST_CASE(a_refusal_uses_up_tries_and_is_named)
{
    temporary_directory const directory;
    socket_address udp;
    {
        peer const gone(loopback());
        udp = gone.address();
    }
    for (auto const& at : {udp, socket_address::from_unix(directory / "none")}) {
        auto const options = options_for(at, brief, 1);
        auto const answer = client::datagram_exchange(options, {at}).ask("x");
        BOOST_TEST_REQUIRE(answer.has_error());
        BOOST_TEST((answer.error().status == exit_status::timed_out));
        BOOST_TEST(answer.error().sentence.find("is polyportd running") != std::string::npos);
        BOOST_TEST(answer.error().sentence.find("(2 tries)") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(of_several_addresses_the_one_that_answers_is_found_at_once)
{
    socket_address refusing;
    {
        peer const gone(loopback());
        refusing = gone.address();
    }
    peer const server(loopback());
    auto const options = options_for(server.address(), ample, 0);
    std::thread answering([&server] { server.answer_one(); });
    BOOST_TEST(text_of(client::datagram_exchange(options, {refusing, server.address()}).ask("x")) == "x");
    answering.join();
}

BOOST_AUTO_TEST_CASE(it_goes_on_when_the_server_has_been_restarted)
{
    temporary_directory const directory;
    std::string const path = directory / "server";
    for (bool const is_unix : {false, true}) {
        socket_address at = is_unix ? socket_address::from_unix(path) : loopback();
        std::optional<peer> server;
        server.emplace(at);
        at = server->address();
        auto const options = options_for(at, brief, 500);
        client::datagram_exchange talk(options, {at});
        auto const answered = [&](std::string const& text) {
            std::thread answering([&server, &text] {
                std::string got;
                do {
                    auto const [bytes, from] = server->receive();
                    server->send(bytes, from);
                    got = bytes;
                } while (got != text);
            });
            auto const answer = talk.ask(text);
            answering.join();
            return text_of(answer);
        };
        BOOST_TEST(answered("before") == "before");

        server.reset();
        std::filesystem::remove(path);
        std::thread returning([&] {
            server.emplace(at);
            std::string text;
            do {
                auto const [bytes, from] = server->receive();
                server->send(bytes, from);
                text = bytes;
            } while (text != "across");
        });
        BOOST_TEST(text_of(talk.ask("across")) == "across");
        returning.join();
        BOOST_TEST(answered("after") == "after");
    }
}

BOOST_AUTO_TEST_CASE(an_own_path_is_bound_and_removed)
{
    temporary_directory const directory;
    peer const server(socket_address::from_unix(directory / "server"));
    auto options = options_for(server.address(), ample, 0);
    options.bind.emplace();
    options.bind->path = parse_destination(directory / "own")->endpoint;
    {
        client::datagram_exchange talk(options, {server.address()});
        std::string seen;
        std::thread answering([&] {
            auto const [text, from] = server.receive();
            seen = from.to_string();
            server.send(text, from);
        });
        BOOST_TEST(text_of(talk.ask("x")) == "x");
        answering.join();
        BOOST_TEST(seen == directory / "own");
    }
    BOOST_TEST(!std::filesystem::exists(directory / "own"));
}

BOOST_AUTO_TEST_SUITE_END()
