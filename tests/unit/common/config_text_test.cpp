// SPDX-License-Identifier: BSL-1.0
#include "common/config_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace polyport;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(config_text)

BOOST_AUTO_TEST_CASE(lines_become_entries)
{
    struct row {
        std::string_view text;
        std::vector<config_entry> entries;
    };
    std::vector<row> const rows{
        {"", {}},
        {"\n\n", {}},
        {"# nothing\n  # here\n", {}},
        {"a = b", {{"a", "b", 1}}},
        {"a = b\n", {{"a", "b", 1}}},
        {"a=b\r\nc=d\r\n", {{"a", "b", 1}, {"c", "d", 2}}},
        {"a=b\r", {{"a", "b", 1}}},
        {"\xEF\xBB\xBF"
         "a=b",
         {{"a", "b", 1}}},
        {"Port=80\nDirectory=/var/www\n", {{"Port", "80", 1}, {"Directory", "/var/www", 2}}},
        {"\t a \t=\t b c \t", {{"a", "b c", 1}}},
        {"a = b = c", {{"a", "b = c", 1}}},
        {"a = b\na = c", {{"a", "b", 1}, {"a", "c", 2}}},
        {"\n\na = b", {{"a", "b", 3}}},
        {"a = b # why", {{"a", "b", 1}}},
        {"a = b\t#why", {{"a", "b", 1}}},
        {"a = b#c", {{"a", "b#c", 1}}},
        {"a=#b", {{"a", "#b", 1}}},
        {"a = \"b # c\"", {{"a", "b # c", 1}}},
        {"a = \" b \"  # why", {{"a", " b ", 1}}},
        {"a = \"\"", {{"a", "", 1}}},
        {R"(a = "say \"x\" \\ y")", {{"a", R"(say "x" \ y)", 1}}},
        {"a = b\"c\"", {{"a", "b\"c\"", 1}}},
        {"a = b\\c", {{"a", "b\\c", 1}}},
        {"a = gr\xC3\xBC\xC3\x9F", {{"a", "gr\xC3\xBC\xC3\x9F", 1}}},
        {"a_1-B = x", {{"a_1-B", "x", 1}}},
    };
    for (row const& r : rows) {
        BOOST_TEST_CONTEXT(r.text)
        {
            auto const read = parse_config_text(r.text);
            BOOST_TEST(read.problems.empty());
            BOOST_TEST((read.entries == r.entries));
        }
    }
    std::string const longest = "a=" + std::string(max_config_line - 2, 'x');
    BOOST_TEST(parse_config_text(longest).entries.size() == 1U);
    BOOST_TEST(parse_config_text(longest + "\r\n").entries.size() == 1U);
}

BOOST_AUTO_TEST_CASE(bad_lines_become_problems)
{
    struct row {
        std::string_view text;
        std::size_t line;
        std::string_view expected; // part of the sentence
    };
    std::string const too_long = "a=" + std::string(max_config_line - 1, 'x');
    std::vector<row> const rows{
        {"a\n", 1, "there is no = in 'a': write name = value"},
        {"\nlisten 80", 2, "there is no ="},
        {"listen 80 # = web", 1, "there is no ="},
        {"[http]", 1, "there are no sections"},
        {"= b", 1, "there is no name before the ="},
        {"a b = c", 1, "'a b' is not a name"},
        {"a.b = c", 1, "'a.b' is not a name"},
        {"--http = 80", 1, "without dashes before it: 'http = 80'"},
        {"a =", 1, "there is no value"},
        {"a = # b", 1, "there is no value"},
        {"a =  ", 1, "there is no value"},
        {"a = \"b", 1, "the quote is not closed"},
        {"a = \"b\\\"", 1, "the quote is not closed"},
        {"a = \"b\\", 1, "a backslash"},
        {"a = \"b\\n\"", 1, "a backslash"},
        {"a = \"b\" c", 1, "after the closing quote"},
        {"a = \"b\"#c", 1, "after the closing quote"},
        {"a = b\0c"sv, 1, "there is a NUL byte in column 6"},
        {"a = b\x01", 1, "control character"},
        {"a = b\rc\n", 1, "control character"},
        {"a = b\x7f", 1, "control character"},
        {"# comment \x1b[0m", 1, "control character"},
        {"a = \xFF", 1, "is not UTF-8"},
        {"a = \xED\xA0\x80", 1, "is not UTF-8"},
        {too_long, 1, "the line is 4097 bytes long, more than 4096"},
    };
    for (row const& r : rows) {
        BOOST_TEST_CONTEXT(r.text)
        {
            auto const read = parse_config_text(r.text);
            BOOST_TEST(read.entries.empty());
            BOOST_REQUIRE(read.problems.size() == 1U);
            BOOST_TEST(read.problems[0].line == r.line);
            BOOST_TEST(read.problems[0].text.find(r.expected) != std::string::npos, read.problems[0].text);
        }
    }
}

BOOST_AUTO_TEST_CASE(reading_goes_on_after_a_bad_line)
{
    auto const read = parse_config_text("a = 1\nbad\nb = 2\n= 3\nc = 4");
    BOOST_TEST(read.entries.size() == 3U);
    BOOST_REQUIRE(read.problems.size() == 2U);
    BOOST_TEST(read.problems[0].line == 2U);
    BOOST_TEST(read.problems[1].line == 4U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_configuration_is_given_up_soon)
{
    std::string bad;
    for (int i = 0; i < 1000; ++i)
        bad += "bad\n";
    auto const read = parse_config_text(bad);
    BOOST_TEST(read.problems.size() == max_config_problems + 1);
    BOOST_TEST(read.problems.back().text == "there are more problems; the rest of the file was not read");

    auto const large = parse_config_text(std::string(max_config_size + 1, '\n'));
    BOOST_REQUIRE(large.problems.size() == 1U);
    BOOST_TEST(large.problems[0].line == 0U);
    BOOST_TEST(parse_config_text(std::string(max_config_size, '\n')).problems.empty());
}

BOOST_AUTO_TEST_SUITE_END()
