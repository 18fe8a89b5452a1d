// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/search_words.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(cgi_search_words)

BOOST_AUTO_TEST_CASE(a_query_without_an_equals_sign_is_the_command_line)
{
    struct {
        std::string_view query;
        std::string_view words; ///< each with a '|' behind
    } const table[] = {
        {"", ""},
        {"one", "one|"},
        {"one+two+three", "one|two|three|"},
        {"a%20b+c%2Bd", "a b|c+d|"},
        {"a%3Db", "a=b|"},
        {"a;b&c,d", "a;b&c,d|"},
        {"%c3%A9", "é|"},
        {"a=b", ""},
        {"a+b=c", ""},
        {"=", ""},
        {"a++b", ""},
        {"+a", ""},
        {"a+", ""},
        {"a%", ""},
        {"a%2", ""},
        {"a%2g", ""},
        {"a%00b", ""},
        {"-s", ""},
        {"%2ds", ""},
        {"a+-s", ""},
    };
    for (auto const& [query, expected] : table) {
        std::string text;
        for (auto const& word : polyport::cgi::search_words(query))
            text.append(word).append("|");
        BOOST_TEST_CONTEXT(query)
        {
            BOOST_TEST(text == expected);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
