// SPDX-License-Identifier: BSL-1.0
#include "services/http/accept.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <vector>

using namespace polyport::http;

BOOST_AUTO_TEST_SUITE(accept_field)

BOOST_AUTO_TEST_CASE(verdicts)
{
    struct row {
        std::string_view field;
        int html;
        int json;
        bool prefers;
    };
    std::vector<row> const rows = {
        {"", 1000, 1000, false},
        {"*/*", 1000, 1000, false},
        {"text/html", 1000, 0, false},
        {"application/json", 0, 1000, true},
        {"Application/JSON", 0, 1000, true},
        {"application/json, text/html", 1000, 1000, false},
        {"application/json, text/html;q=0.9", 900, 1000, true},
        {"application/json, */*;q=0.5", 500, 1000, true},
        {"application/*", 0, 1000, true},
        {"text/*;q=0.3, */*;q=0.1", 300, 100, false},
        {"text/html;q=0, */*", 0, 1000, true},
        {"application/json;q=0", 0, 0, false},
        {"application/json;version=1;q=0.5", 0, 500, true},
        {"image/png", 0, 0, false},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", 1000, 800, false},
        {"json", 0, 0, false},
        {"application/json;q=5", 0, 0, false},
    };
    for (row const& r : rows) {
        BOOST_TEST(media_quality(r.field, "text/html") == r.html, r.field);
        BOOST_TEST(media_quality(r.field, "application/json") == r.json, r.field);
        BOOST_TEST(prefers_json(r.field) == r.prefers, r.field);
    }
}

BOOST_AUTO_TEST_SUITE_END()
