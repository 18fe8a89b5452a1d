// SPDX-License-Identifier: BSL-1.0
#include "client/source.hpp"
#include "common/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <string>

#include <unistd.h>

using namespace polyport;
using namespace polyport::client;

namespace {

unique_fd filled(std::string const& bytes)
{
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::pipe(ends.data()) == 0);
    unique_fd const write(ends[1]);
    BOOST_TEST_REQUIRE(::write(write.get(), bytes.data(), bytes.size()) ==
                       static_cast<ssize_t>(bytes.size()));
    return unique_fd(ends[0]);
}

std::string read_all(client::source& from)
{
    while (from.open())
        BOOST_TEST_REQUIRE(from.read_more() == 0);
    std::string const text(from.pending());
    from.consume(text.size());
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(source)

BOOST_AUTO_TEST_CASE(a_text_is_there_at_once_and_leaves_in_pieces)
{
    client::source from("abcd");
    BOOST_TEST(!from.open());
    from.consume(3);
    BOOST_TEST(from.pending() == "d");
    from.consume(1);
    BOOST_TEST(from.pending() == "");
}

BOOST_AUTO_TEST_CASE(blocks_pass_every_byte)
{
    std::string bytes;
    for (int c = 0; c < 256; ++c)
        bytes += static_cast<char>(c);
    bytes += "q\nexit\n";
    auto const input = filled(bytes);
    client::source from(input.get(), client::source::unit::blocks);
    BOOST_TEST(from.open());
    BOOST_TEST(read_all(from) == bytes);
}

BOOST_AUTO_TEST_CASE(lines_end_with_a_farewell_and_what_follows_is_left)
{
    struct row {
        char const* input;
        char const* sent;
        bool farewell;
    };
    for (row const& one : {
             row{"a\nb\n", "a\nb\n", false},
             row{"a\nb", "a\nb", false},
             row{"a\nq\nb\n", "a\n", true},
             row{"a\r\nexit\r\nb\n", "a\r\n", true},
             row{"a\nq", "a\n", true},
             row{"", "", false},
         }) {
        auto const input = filled(one.input);
        client::source from(input.get(), client::source::unit::lines);
        BOOST_TEST(read_all(from) == one.sent);
        BOOST_TEST(from.said_farewell() == one.farewell);
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_says_so)
{
    client::source from(9999, client::source::unit::blocks);
    BOOST_TEST(from.read_more() == EBADF);
}

BOOST_AUTO_TEST_SUITE_END()
