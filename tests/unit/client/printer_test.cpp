// SPDX-License-Identifier: BSL-1.0
#include "client/printer.hpp"
#include "common/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include <unistd.h>

using namespace polyport;
using namespace polyport::client;

namespace {

struct pipe_to_printer {
    unique_fd read;
    unique_fd write;

    pipe_to_printer()
    {
        std::array<int, 2> ends{};
        BOOST_TEST_REQUIRE(::pipe(ends.data()) == 0);
        read.reset(ends[0]);
        write.reset(ends[1]);
    }

    std::string all()
    {
        write.reset();
        std::string text;
        std::array<char, 65536> block;
        ssize_t got = 0;
        while ((got = ::read(read.get(), block.data(), block.size())) > 0)
            text.append(block.data(), static_cast<std::size_t>(got));
        return text;
    }
};

std::string printed(bool for_people, std::initializer_list<char const*> replies)
{
    pipe_to_printer out;
    client::printer to(out.write.get(), for_people);
    for (char const* reply : replies) {
        to.expect_reply();
        to.push(reply);
    }
    to.close_line();
    BOOST_TEST(to.flush() == 0);
    BOOST_TEST(!to.pending());
    return out.all();
}

} // namespace

BOOST_AUTO_TEST_SUITE(printer)

BOOST_AUTO_TEST_CASE(scripts_get_the_bare_bytes)
{
    BOOST_TEST(printed(false, {"ABCD"}) == "ABCD");
    BOOST_TEST(printed(false, {"A\n", "B"}) == "A\nB");
    BOOST_TEST(printed(false, {}) == "");
}

BOOST_AUTO_TEST_CASE(people_get_a_label_and_whole_lines)
{
    BOOST_TEST(printed(true, {"ABCD"}) == "Response from server:\nABCD\n");
    BOOST_TEST(printed(true, {"A\n", "B"}) == "Response from server:\nA\nResponse from server:\nB\n");
    BOOST_TEST(printed(true, {"A", "B"}) == "Response from server:\nA\nResponse from server:\nB\n");
    BOOST_TEST(printed(true, {}) == "");
}

BOOST_AUTO_TEST_CASE(a_reply_in_pieces_has_one_label)
{
    pipe_to_printer out;
    client::printer to(out.write.get(), true);
    to.push("AB");
    to.push("CD\n");
    BOOST_TEST(to.flush() == 0);
    BOOST_TEST(out.all() == "Response from server:\nABCD\n");
}

BOOST_AUTO_TEST_CASE(a_pipe_that_is_ready_is_never_written_more_than_it_takes)
{
    pipe_to_printer out;
    client::printer to(out.write.get(), false);
    to.push(std::string(10'000, 'x'));
    BOOST_TEST(to.write_some() == 0);
    BOOST_TEST(to.pending());
    while (to.pending())
        BOOST_TEST(to.write_some() == 0);
    BOOST_TEST(out.all() == std::string(10'000, 'x'));
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_ends_it_without_a_word)
{
    auto const before = std::signal(SIGPIPE, SIG_IGN);
    pipe_to_printer out;
    out.read.reset();
    client::printer to(out.write.get(), false);
    to.push("x");
    BOOST_TEST(to.write_some() == EPIPE);
    BOOST_TEST(output_failure(EPIPE).sentence == "");
    BOOST_TEST((output_failure(EPIPE).status == exit_status::failed));
    BOOST_TEST(output_failure(ENOSPC).sentence == "standard output: no space left on device");
    std::signal(SIGPIPE, before);
}

BOOST_AUTO_TEST_SUITE_END()
