// SPDX-License-Identifier: BSL-1.0
#include "services/http/percent.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace polyport::http;

BOOST_AUTO_TEST_SUITE(percent)

BOOST_AUTO_TEST_CASE(decoding)
{
    BOOST_TEST(percent_decode("").value() == "");
    BOOST_TEST(percent_decode("a%20b+c").value() == "a b+c");
    BOOST_TEST(percent_decode("%2541").value() == "%41");
    BOOST_TEST(percent_decode("%00").value() == std::string(1, '\0'));
    for (auto const* const bad : {"%", "a%", "%4", "%zz", "%4g", "%g4", "%%41"})
        BOOST_TEST(!percent_decode(bad), bad);
}

BOOST_AUTO_TEST_CASE(every_byte_comes_back)
{
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    std::string path;
    append_encoded_path(path, all);
    BOOST_TEST(percent_decode(path).value() == all);
    BOOST_TEST(path.find_first_of("\"'<>&#? \\%\r\n\0") == path.find('%'));
    std::string segment;
    append_encoded_segment(segment, all);
    BOOST_TEST(percent_decode(segment).value() == all);
    BOOST_TEST(segment.find('/') == std::string::npos);
    BOOST_TEST(segment.find('&') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(readable_where_it_may_be)
{
    std::string out;
    append_encoded_path(out, "/a b/c-d_e.f~g/\xc3\xbc?#%");
    BOOST_TEST(out == "/a%20b/c-d_e.f~g/%C3%BC%3F%23%25");
}

BOOST_AUTO_TEST_SUITE_END()
