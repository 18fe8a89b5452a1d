// SPDX-License-Identifier: BSL-1.0
#include "services/http/html.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace polyport::http;
using namespace std::string_view_literals;

namespace {

std::string json(std::string_view text)
{
    std::string out;
    append_json(out, text);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(html_escaping)

BOOST_AUTO_TEST_CASE(html_table)
{
    BOOST_TEST(html("") == "");
    BOOST_TEST(html("plain") == "plain");
    BOOST_TEST(html("<a href=\"x\" b='y'>&amp;") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
    BOOST_TEST(html("\xc3\xbc\xe2\x82\xac\xf0\x9f\x99\x82") == "\xc3\xbc\xe2\x82\xac\xf0\x9f\x99\x82");
    BOOST_TEST(html("a\xff"
                    "b") == "a\xef\xbf\xbd"
                            "b");
    BOOST_TEST(html("\xc3") == "\xef\xbf\xbd");
    BOOST_TEST(html("\xc0\xbc") == "\xef\xbf\xbd\xef\xbf\xbd");                 // overlong '<'
    BOOST_TEST(html("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); // a surrogate
    BOOST_TEST(html("\xf4\x90\x80\x80").find('\xf4') == std::string::npos);
    BOOST_TEST(html("\x1b[0m\r\n\0\x7f"sv) ==
               "\xef\xbf\xbd[0m\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(json_table)
{
    BOOST_TEST(json("") == "\"\"");
    BOOST_TEST(json("a\"b\\c/") == "\"a\\\"b\\\\c/\"");
    BOOST_TEST(json("\n\t\0\x1f\x7f"sv) == "\"\\u000a\\u0009\\u0000\\u001f\\u007f\"");
    BOOST_TEST(json("</script>") == "\"\\u003c/script>\"");
    BOOST_TEST(json("\xc3\xbc\xff") == "\"\xc3\xbc\xef\xbf\xbd\"");
}

BOOST_AUTO_TEST_SUITE_END()
