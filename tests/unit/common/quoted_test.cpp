// SPDX-License-Identifier: BSL-1.0
#include "common/quoted.hpp"

#include <boost/test/unit_test.hpp>

using namespace polyport;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(quoted)

BOOST_AUTO_TEST_CASE(harmless_text_stays_and_the_rest_becomes_visible)
{
    BOOST_TEST(escaped("abc '/x") == "abc '/x");
    BOOST_TEST(escaped("gr\xC3\xBC\xC3\x9F") == "gr\xC3\xBC\xC3\x9F");
    BOOST_TEST(escaped("a\x1b[31m") == "a\\x1b[31m");
    BOOST_TEST(escaped("\xFF") == "\\xff");
    BOOST_TEST(escaped("\0"sv) == "\\x00");
    BOOST_TEST(escaped("a\nb").find('\n') == std::string::npos);
    BOOST_TEST(escaped("\xE2\x80\xAE") == "\\xe2\\x80\\xae"); // right-to-left override
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_between_characters)
{
    BOOST_TEST(polyport::quoted("abc") == "'abc'");
    BOOST_TEST(polyport::quoted("abcd", 4) == "'abcd'");
    BOOST_TEST(polyport::quoted("abcde", 4) == "'abcd...'");
    BOOST_TEST(polyport::quoted("abc\xC3\xBC!", 4) == "'abc...'");
    BOOST_TEST(polyport::quoted("ab\xFF\xFF\xFF", 4) == "'ab\\xff\\xff...'");
}

BOOST_AUTO_TEST_CASE(utf8_is_judged_as_rfc_3629_says)
{
    struct row {
        std::string_view text;
        std::size_t length;
    };
    for (row const& r : {row{"", 0},
                         {"a", 1},
                         {"\0"sv, 1},
                         {"\x7f", 1},
                         {"\x80", 0},
                         {"\xBF", 0},
                         {"\xC0\x80", 0}, // overlong
                         {"\xC1\xBF", 0},
                         {"\xC2\x80", 2},
                         {"\xC2", 0},
                         {"\xC2\x41", 0},
                         {"\xDF\xBF", 2},
                         {"\xE0\x9F\xBF", 0}, // overlong
                         {"\xE0\xA0\x80", 3},
                         {"\xED\x9F\xBF", 3},
                         {"\xED\xA0\x80", 0}, // surrogate
                         {"\xEE\x80\x80", 3},
                         {"\xEF\xBF", 0},
                         {"\xF0\x8F\xBF\xBF", 0}, // overlong
                         {"\xF0\x90\x80\x80", 4},
                         {"\xF4\x8F\xBF\xBF", 4},
                         {"\xF4\x90\x80\x80", 0}, // beyond U+10FFFF
                         {"\xF5\x80\x80\x80", 0},
                         {"\xF0\x90\x80", 0}})
        BOOST_TEST(utf8_length(r.text) == r.length, escaped(r.text));
}

BOOST_AUTO_TEST_SUITE_END()
