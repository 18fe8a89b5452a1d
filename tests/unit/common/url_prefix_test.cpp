// SPDX-License-Identifier: BSL-1.0
#include "common/url_prefix.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>

using namespace polyport;

BOOST_AUTO_TEST_SUITE(url_prefix)

BOOST_AUTO_TEST_CASE(a_prefix_is_a_path_with_or_without_a_host)
{
    struct row {
        std::string_view text, host, path, shown;
    };
    for (row const& r : {
             row{"/", "", "", "/"},
             row{"/pub", "", "/pub", "/pub/"},
             row{"/pub/", "", "/pub", "/pub/"},
             row{"/a b/ü", "", "/a b/ü", "/a b/ü/"},
             row{"//example.org", "example.org", "", "//example.org/"},
             row{"//Example.ORG./", "example.org", "", "//example.org/"},
             row{"//example.org/x/y", "example.org", "/x/y", "//example.org/x/y/"},
             row{"//[::1]/x", "[::1]", "/x", "//[::1]/x/"},
             row{"/..x/.y/z..", "", "/..x/.y/z..", "/..x/.y/z../"},
         }) {
        auto const prefix = parse_url_prefix(r.text);
        BOOST_TEST_REQUIRE(prefix.has_value(), r.text);
        BOOST_TEST(prefix->host == r.host, r.text);
        BOOST_TEST(prefix->path == r.path, r.text);
        BOOST_TEST(to_string(*prefix) == r.shown, r.text);
    }
}

BOOST_AUTO_TEST_CASE(what_no_request_can_match_is_refused)
{
    for (std::string_view const text : {"", "pub", "/a//b", "/a/../b", "/..", "/.", "/a/.", "/a%20b", "/a\nb",
                                        "//", "///x", "//h:80/x", "//.x/y", "//user@h/x", "//h//x", "//[]/"})
        BOOST_TEST(parse_url_prefix(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(whole_segments_count)
{
    BOOST_TEST(is_below("/pub", "/pub"));
    BOOST_TEST(is_below("/pub/", "/pub"));
    BOOST_TEST(is_below("/pub/x", "/pub"));
    BOOST_TEST(!is_below("/public", "/pub"));
    BOOST_TEST(!is_below("/pu", "/pub"));
    BOOST_TEST(is_below("/anything", ""));
}

BOOST_AUTO_TEST_CASE(a_prefix_covers_what_is_below_it_on_its_host)
{
    auto const of = [](std::string_view text) { return parse_url_prefix(text).value(); };
    BOOST_TEST(covers(of("/"), of("/x")));
    BOOST_TEST(covers(of("/x"), of("//h/x/y")));
    BOOST_TEST(covers(of("//h/x"), of("//h/x")));
    BOOST_TEST(!covers(of("//h/x"), of("/x")));
    BOOST_TEST(!covers(of("//h/"), of("//i/")));
    BOOST_TEST(!covers(of("/x/y"), of("/x")));
}

BOOST_AUTO_TEST_CASE(a_value_may_be_for_one_prefix)
{
    BOOST_TEST(!split_prefixed("on"));
    BOOST_TEST(!split_prefixed(".py=/usr/bin/python3"));
    BOOST_TEST(!split_prefixed("/cgi-bin/"));
    BOOST_TEST(split_prefixed("/pub/=on")->prefix == "/pub/");
    BOOST_TEST(split_prefixed("/pub/=.py=/usr/bin/python3")->value == ".py=/usr/bin/python3");
    BOOST_TEST(split_prefixed("//h/=")->value == "");
}

BOOST_AUTO_TEST_SUITE_END()
