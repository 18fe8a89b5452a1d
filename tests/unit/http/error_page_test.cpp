// SPDX-License-Identifier: BSL-1.0
#include "services/http/error_page.hpp"

#include <boost/test/unit_test.hpp>

using namespace polyport::http;

BOOST_AUTO_TEST_SUITE(error_page)

BOOST_AUTO_TEST_CASE(not_found_is_the_page_of_the_old_texts)
{
    BOOST_TEST(error_page_body(status::not_found) == "<html><body>request file not found</body></html>");
    BOOST_TEST(error_page_body(status::not_found, "x") == "<html><body>request file not found</body></html>");
}

BOOST_AUTO_TEST_CASE(the_others_look_the_same)
{
    BOOST_TEST(error_page_body(status::forbidden) == "<html><body>403 Forbidden</body></html>");
    BOOST_TEST(error_page_body(status::bad_request, "a bare LF <b>\"") ==
               "<html><body>400 Bad Request: a bare LF &lt;b&gt;&quot;</body></html>");
}

BOOST_AUTO_TEST_SUITE_END()
