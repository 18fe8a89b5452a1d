// SPDX-License-Identifier: BSL-1.0
#include "client/stream_talk.hpp"
#include "common/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace polyport;
using namespace polyport::client;

namespace {

struct pair_of_ends {
    unique_fd mine;
    unique_fd theirs;
};

pair_of_ends connected_sockets()
{
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

/// Reading end first.
pair_of_ends connected_pipe()
{
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::pipe(ends.data()) == 0);
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

std::string read_to_end(int fd)
{
    std::string text;
    std::array<char, 65536> block;
    ssize_t got = 0;
    while ((got = ::read(fd, block.data(), block.size())) > 0)
        text.append(block.data(), static_cast<std::size_t>(got));
    return text;
}

/// A talk with a peer, which runs in a thread of its own and closes its socket when it returns.
class fixture {
public:
    using peer = std::function<void(int socket)>;

    talk_kind kind = talk_kind::send;
    client::talk_options options;
    pair_of_ends input = connected_pipe();
    std::string printed;

    outcome<> talk(client::source& from, peer const& behave)
    {
        auto sockets = connected_sockets();
        auto output = connected_pipe();
        auto collected = std::async(std::launch::async, read_to_end, output.mine.get());
        std::thread other_side([&] {
            behave(sockets.theirs.get());
            sockets.theirs.reset();
        });
        printer to(output.theirs.get(), false);
        auto const ended = client::stream_talk(sockets.mine.get(), "peer", from, to, kind, options).run();
        sockets.mine.reset();
        output.theirs.reset();
        other_side.join();
        printed = collected.get();
        return ended;
    }

    outcome<> talk(std::string const& text, peer const& behave)
    {
        client::source from(text);
        return talk(from, behave);
    }

    outcome<> talk_from_input(peer const& behave)
    {
        client::source from(input.mine.get(), kind == talk_kind::chat ? client::source::unit::lines
                                                                      : client::source::unit::blocks);
        return talk(from, behave);
    }
};

void answer_back(int socket)
{
    std::array<char, 4096> block;
    ssize_t got = 0;
    while ((got = ::read(socket, block.data(), block.size())) > 0)
        write_all(socket, {block.data(), static_cast<std::size_t>(got)});
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(stream_talk, fixture)

BOOST_AUTO_TEST_CASE(a_text_goes_out_and_the_reply_is_printed_to_its_end)
{
    BOOST_TEST(talk("abcd", answer_back).has_value());
    BOOST_TEST(printed == "abcd");
    BOOST_TEST(talk("", answer_back).has_value());
    BOOST_TEST(printed == "");
}

BOOST_AUTO_TEST_CASE(the_sending_side_is_shut_and_the_reply_may_come_after_that)
{
    BOOST_TEST(talk("abcd", [](int socket) {
                   std::string text = read_to_end(socket);
                   std::ranges::reverse(text);
                   write_all(socket, text);
               }).has_value());
    BOOST_TEST(printed == "dcba");
}

BOOST_AUTO_TEST_CASE(more_than_all_buffers_hold_flows_both_ways_at_once)
{
    std::string text(8'000'000, '\0');
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>(i * 7 >> 3);
    BOOST_TEST(talk(text, answer_back).has_value());
    BOOST_TEST((printed == text));

    std::thread producer([&] {
        write_all(input.theirs.get(), text);
        input.theirs.reset();
    });
    BOOST_TEST(talk_from_input(answer_back).has_value());
    producer.join();
    BOOST_TEST((printed == text));
}

BOOST_AUTO_TEST_CASE(a_server_that_closes_before_everything_is_sent_is_a_failure_that_keeps_its_reply)
{
    auto const before = std::signal(SIGPIPE, SIG_IGN);
    auto const ended =
        talk(std::string(8'000'000, 'x'), [](int socket) { write_all(socket, "no, thanks\n"); });
    BOOST_TEST_REQUIRE(ended.has_error());
    BOOST_TEST((ended.error().status == exit_status::failed));
    BOOST_TEST(ended.error().sentence.find("peer: ") == 0u);
    BOOST_TEST(printed == "no, thanks\n");
    std::signal(SIGPIPE, before);
}

BOOST_AUTO_TEST_CASE(whether_an_early_end_of_the_replies_matters_is_decided_by_the_input)
{
    auto const answer_a_line = [](int socket) {
        std::array<char, 100> block;
        write_all(socket,
                  {block.data(), static_cast<std::size_t>(::read(socket, block.data(), block.size()))});
    };
    // The input ends once the server has gone: nothing is lost.
    write_all(input.theirs.get(), "abc\n");
    BOOST_TEST(talk_from_input([&](int socket) {
                   answer_a_line(socket);
                   ::shutdown(socket, SHUT_RDWR);
                   input.theirs.reset();
               }).has_value());
    BOOST_TEST(printed == "abc\n");

    // It goes on: the rest cannot be sent.
    input = connected_pipe();
    write_all(input.theirs.get(), "abc\n");
    auto const ended = talk_from_input([&](int socket) {
        answer_a_line(socket);
        ::shutdown(socket, SHUT_RDWR);
        write_all(input.theirs.get(), "def\n");
    });
    BOOST_TEST_REQUIRE(ended.has_error());
    BOOST_TEST(ended.error().sentence == "peer: the other side has been closed before everything was sent");
    BOOST_TEST(printed == "abc\n");
}

BOOST_AUTO_TEST_CASE(a_chat_ends_at_once_when_the_other_side_closes)
{
    kind = talk_kind::chat;
    write_all(input.theirs.get(), "abc\n");
    auto const ended = talk_from_input([](int socket) {
        std::array<char, 100> block;
        write_all(socket,
                  {block.data(), static_cast<std::size_t>(::read(socket, block.data(), block.size()))});
    });
    BOOST_TEST_REQUIRE(ended.has_error()); // although its input is still open
    BOOST_TEST((ended.error().status == exit_status::failed));
    BOOST_TEST(printed == "abc\n");
}

BOOST_AUTO_TEST_CASE(a_chat_ends_well_by_q_and_by_the_end_of_the_input)
{
    kind = talk_kind::chat;
    for (char const* lines : {"one\ntwo\nq\nthree\n", "one\ntwo\nexit\n", "one\ntwo\n"}) {
        input = connected_pipe();
        write_all(input.theirs.get(), lines);
        input.theirs.reset();
        BOOST_TEST(talk_from_input(answer_back).has_value());
        BOOST_TEST(printed == "one\ntwo\n");
    }
}

BOOST_AUTO_TEST_CASE(silence_is_a_time_out_where_a_limit_is_set)
{
    options.timeout = milliseconds{30};
    auto const sockets = connected_sockets(); // nobody is at the other end
    auto const output = connected_pipe();
    client::source from("abc");
    printer to(output.theirs.get(), false);
    auto const ended = client::stream_talk(sockets.mine.get(), "peer", from, to, kind, options).run();
    BOOST_TEST_REQUIRE(ended.has_error());
    BOOST_TEST((ended.error().status == exit_status::timed_out));
    BOOST_TEST(ended.error().sentence.find("no answer within 30ms") != std::string::npos);
    // The end of the stream is an answer.
    BOOST_TEST(talk("abc", [](int socket) { read_to_end(socket); }).has_value());
}

BOOST_AUTO_TEST_CASE(a_reader_of_the_output_that_has_gone_ends_it_without_a_word)
{
    auto const before = std::signal(SIGPIPE, SIG_IGN);
    auto sockets = connected_sockets();
    auto output = connected_pipe();
    output.mine.reset();
    client::source from(input.mine.get(), client::source::unit::blocks); // open, and silent
    printer to(output.theirs.get(), false);
    auto const ended = client::stream_talk(sockets.mine.get(), "peer", from, to, kind, options).run();
    BOOST_TEST_REQUIRE(ended.has_error());
    BOOST_TEST((ended.error().status == exit_status::failed));
    BOOST_TEST(ended.error().sentence == "");
    std::signal(SIGPIPE, before);
}

BOOST_AUTO_TEST_SUITE_END()
