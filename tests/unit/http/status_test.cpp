// SPDX-License-Identifier: BSL-1.0
#include "services/http/status.hpp"

#include <boost/test/unit_test.hpp>

using namespace polyport::http;

namespace {
using code = polyport::http::status;
}

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(phrases)
{
    BOOST_TEST(reason_phrase(code::ok) == "OK");
    BOOST_TEST(reason_phrase(code::not_found) == "Not Found");
    BOOST_TEST(reason_phrase(code::header_fields_too_large) == "Request Header Fields Too Large");
    BOOST_TEST(reason_phrase(static_cast<code>(418)) == "I'm a Teapot");
    BOOST_TEST(reason_phrase(static_cast<code>(499)) == "Client Error");
    BOOST_TEST(reason_phrase(static_cast<code>(599)) == "Server Error");
    for (unsigned value = 0; value < 1100; ++value)
        BOOST_TEST(!reason_phrase(static_cast<code>(value)).empty());
}

BOOST_AUTO_TEST_CASE(bodies)
{
    for (unsigned const value : {100U, 101U, 103U, 199U, 204U, 304U})
        BOOST_TEST(!allows_body(static_cast<code>(value)), value);
    for (unsigned const value : {200U, 206U, 301U, 404U, 416U, 500U})
        BOOST_TEST(allows_body(static_cast<code>(value)), value);
}

BOOST_AUTO_TEST_SUITE_END()
