// SPDX-License-Identifier: BSL-1.0
#include "client/line_splitter.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace polyport::client;

namespace {

/// Lines in brackets; a piece that does not begin or end its line has no bracket there.
std::string cut(std::vector<std::string> const& feeds, std::size_t limit)
{
    line_splitter splitter(limit);
    std::string seen;
    auto const note = [&seen](line const& one) {
        seen += (one.first ? "[" : "") + one.text + (one.last ? "]" : " ");
    };
    for (auto const& bytes : feeds) {
        splitter.feed(bytes);
        while (auto const one = splitter.next())
            note(*one);
    }
    if (auto const last = splitter.rest())
        note(*last);
    BOOST_TEST(!splitter.rest());
    return seen;
}

} // namespace

BOOST_AUTO_TEST_SUITE(line_splitter)

BOOST_AUTO_TEST_CASE(lines_come_out_whole_however_they_came_in)
{
    BOOST_TEST(cut({"a\nb\n"}, 99) == "[a\n][b\n]");
    BOOST_TEST(cut({"a", "\n", "b", "b\n"}, 99) == "[a\n][bb\n]");
    BOOST_TEST(cut({"a\n\n"}, 99) == "[a\n][\n]");
    BOOST_TEST(cut({"a\nb"}, 99) == "[a\n][b]");
    BOOST_TEST(cut({}, 99) == "");
    BOOST_TEST(cut({std::string("\0\n\xff", 3)}, 99) == std::string("[\0\n][\xff]", 7));
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_the_limit_comes_in_pieces)
{
    BOOST_TEST(cut({"abcdefg\nhi\n"}, 3) == "[abc def g\n][hi\n]");
    BOOST_TEST(cut({"abc\n"}, 3) == "[abc \n]");
    BOOST_TEST(cut({"ab\n"}, 3) == "[ab\n]");
    BOOST_TEST(cut({"abcd"}, 3) == "[abc d]");
}

BOOST_AUTO_TEST_CASE(only_a_line_of_its_own_says_farewell)
{
    auto const says = [](char const* text, bool first = true, bool last = true) {
        return is_farewell(line{text, first, last});
    };
    for (char const* text : {"q", "q\n", "q\r\n", "exit\n", "exit"})
        BOOST_TEST(says(text), text);
    for (char const* text : {"", "\n", "Q\n", "qq\n", " q\n", "q \n", "quit\n", "exit now\n"})
        BOOST_TEST(!says(text), text);
    BOOST_TEST(!says("q\n", false));
    BOOST_TEST(!says("q", true, false));
}

BOOST_AUTO_TEST_CASE(a_line_end_is_a_newline_with_or_without_a_return)
{
    BOOST_TEST(without_line_end("a\n") == "a");
    BOOST_TEST(without_line_end("a\r\n") == "a");
    BOOST_TEST(without_line_end("a") == "a");
    BOOST_TEST(without_line_end("a\r") == "a\r");
    BOOST_TEST(without_line_end("\n") == "");
    BOOST_TEST(without_line_end("a\n\n") == "a\n");
}

BOOST_AUTO_TEST_SUITE_END()
