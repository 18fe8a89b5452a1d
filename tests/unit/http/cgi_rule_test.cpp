// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi_rule.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

using namespace polyport;
using namespace polyport::http;
using namespace std::string_view_literals;
using kind = polyport::http::cgi_rule::kind;

BOOST_AUTO_TEST_SUITE(cgi_rule)

BOOST_AUTO_TEST_CASE(rules_are_read_and_printed_back)
{
    struct row {
        std::string_view text;
        kind type;
        std::string match;
        std::string interpreter;
    };
    for (row const& r : {row{"off", kind::off, "", ""},
                         {"executable", kind::executable, "", ""},
                         {"/cgi-bin/", kind::prefix, "/cgi-bin/", ""},
                         {"/", kind::prefix, "/", ""},
                         {"/a b/c.d/", kind::prefix, "/a b/c.d/", ""},
                         {".py=/usr/bin/python3", kind::extension, ".py", "/usr/bin/python3"},
                         {".tar.gz=/x=y", kind::extension, ".tar.gz", "/x=y"}}) {
        BOOST_TEST_CONTEXT(r.text)
        {
            auto const read = parse_cgi_rule(r.text);
            BOOST_REQUIRE(read.has_value());
            BOOST_TEST((read->type == r.type));
            BOOST_TEST(read->match == r.match);
            BOOST_TEST(read->interpreter == r.interpreter);
            BOOST_TEST(to_string(*read) == r.text);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_rule_is_refused_with_the_remedy)
{
    struct row {
        std::string_view text;
        std::string_view expected;
    };
    for (row const& r : {row{"", "write executable, off, /PREFIX/ or .EXT=INTERPRETER"},
                         {"on", "write executable"},
                         {"Off", "write executable"},
                         {"cgi-bin/", "write executable"},
                         {"py=/usr/bin/python3", "write executable"},
                         {"/cgi-bin", "write '/cgi-bin/'"},
                         {"/a//b/", "empty segment"},
                         {"//", "empty segment"},
                         {"/a/../b/", "no .."},
                         {"/./", "no ."},
                         {".", "write an extension and its interpreter"},
                         {".=/bin/sh", "write an extension and its interpreter"},
                         {".a/b=/bin/sh", "write an extension and its interpreter"},
                         {".py", "add the interpreter, such as .py=/usr/bin/python3"},
                         {".py=", "needs its whole path"},
                         {".py=python3", "needs its whole path"},
                         {".py=/usr/bin/", "needs its whole path"},
                         {"/a\0/"sv, "control character"},
                         {"/a\n/", "control character"}}) {
        auto const read = parse_cgi_rule(r.text);
        BOOST_REQUIRE(read.has_error());
        BOOST_TEST(read.error().text.find(r.expected) != std::string::npos, read.error().text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
