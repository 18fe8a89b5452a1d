// SPDX-License-Identifier: BSL-1.0
#include "common/json_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace {

std::string written(void (*write)(polyport::json_writer&))
{
    std::string out;
    polyport::json_writer json(out);
    write(json);
    BOOST_CHECK_NO_THROW(boost::json::parse(out));
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_writer)

BOOST_AUTO_TEST_CASE(commas_come_by_themselves)
{
    BOOST_TEST(written([](polyport::json_writer& json) {
                   json.begin_object()
                       .member("a", 1)
                       .key("list")
                       .begin_array()
                       .value("x")
                       .begin_object()
                       .end_object()
                       .begin_array()
                       .end_array()
                       .value(true)
                       .end_array()
                       .key("inner")
                       .begin_object()
                       .member("b", false)
                       .member("c", "d")
                       .end_object()
                       .key("nothing")
                       .null()
                       .end_object();
               }) == R"({"a":1,"list":["x",{},[],true],"inner":{"b":false,"c":"d"},"nothing":null})");
}

BOOST_AUTO_TEST_CASE(numbers_keep_all_their_digits)
{
    BOOST_TEST(written([](polyport::json_writer& json) {
                   json.begin_array()
                       .value(std::numeric_limits<std::uint64_t>::max())
                       .value(std::numeric_limits<std::int64_t>::min())
                       .value(std::uint8_t{200})
                       .value(0.1)
                       .value(-1e300)
                       .value(std::numeric_limits<double>::infinity())
                       .value(std::numeric_limits<double>::quiet_NaN())
                       .end_array();
               }) == "[18446744073709551615,-9223372036854775808,200,0.1,-1e+300,null,null]");
}

BOOST_AUTO_TEST_CASE(text_is_escaped_and_always_utf_8)
{
    BOOST_TEST(written([](polyport::json_writer& json) { json.value("\"\\\n\x1b<\xff\xc3\xa9"); }) ==
               "\"\\\"\\\\\\n\\u001b<\\ufffd\xc3\xa9\"");
}

BOOST_AUTO_TEST_SUITE_END()
