// SPDX-License-Identifier: BSL-1.0
#include "services/http/conditions.hpp"
#include "services/http/request_parser.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace polyport::http;

namespace {

constexpr std::int64_t now = 1700000000;
constexpr std::int64_t modified = 784111777; // Sun, 06 Nov 1994 08:49:37 GMT
constexpr std::string_view same_date = "Sun, 06 Nov 1994 08:49:37 GMT";

validators current()
{
    return {"\"e\"", modified, true};
}

struct request {
    std::string text;
    request_head head;

    request(std::string_view verb, std::string_view fields)
    {
        text.append(verb).append(" / HTTP/1.1\r\nHost: h\r\n").append(fields).append("\r\n");
        head.clear();
        parse_result const result = parse_head(text, {}, head);
        BOOST_TEST_REQUIRE((result.what == parse_result::kind::complete), text);
    }
};

std::string judge(std::string_view verb, std::string_view fields, validators const& what = current())
{
    request const r(verb, fields);
    switch (evaluate_preconditions(r.head, what, now)) {
    case precondition::not_modified:
        return "304";
    case precondition::failed:
        return "412";
    case precondition::proceed:
        break;
    }
    return range_applies(r.head, what, now) ? "206" : "200";
}

} // namespace

BOOST_AUTO_TEST_SUITE(conditions)

BOOST_AUTO_TEST_CASE(verdicts)
{
    std::string const same(same_date);
    std::string const older = "Sun, 06 Nov 1994 08:49:36 GMT";
    std::string const newer = "Sun, 06 Nov 1994 08:49:38 GMT";
    struct row {
        std::string fields;
        std::string_view get;
        std::string_view put; ///< and every other method that writes
    };
    std::vector<row> const rows = {
        {"", "200", "200"},
        {"If-Match: \"e\"\r\n", "200", "200"},
        {"If-Match: \"x\", \"e\"\r\n", "200", "200"},
        {"If-Match: \"x\"\r\nIf-Match: \"e\"\r\n", "200", "200"},
        {"If-Match: *\r\n", "200", "200"},
        {"If-Match: \"x\"\r\n", "412", "412"},
        {"If-Match: W/\"e\"\r\n", "412", "412"},
        {"If-Match: e\r\n", "412", "412"},
        {"If-Match:\r\n", "412", "412"},
        {"If-Unmodified-Since: " + same + "\r\n", "200", "200"},
        {"If-Unmodified-Since: " + newer + "\r\n", "200", "200"},
        {"If-Unmodified-Since: " + older + "\r\n", "412", "412"},
        {"If-Unmodified-Since: yesterday\r\n", "200", "200"},
        {"If-Match: \"e\"\r\nIf-Unmodified-Since: " + older + "\r\n", "200", "200"}, // If-Match decides alone
        {"If-None-Match: \"e\"\r\n", "304", "412"},
        {"If-None-Match: W/\"e\"\r\n", "304", "412"},
        {"If-None-Match: \"x\", \"e\"\r\n", "304", "412"},
        {"If-None-Match: \"x\"\r\nIf-None-Match: \"e\"\r\n", "304", "412"},
        {"If-None-Match: *\r\n", "304", "412"},
        {"If-None-Match: \"x\"\r\n", "200", "200"},
        {"If-None-Match: e\r\n", "200", "200"},
        {"If-Modified-Since: " + same + "\r\n", "304", "200"},
        {"If-Modified-Since: " + newer + "\r\n", "304", "200"},
        {"If-Modified-Since: " + older + "\r\n", "200", "200"},
        {"If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", "304", "200"},
        {"If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n", "304", "200"},
        {"If-Modified-Since: whenever\r\n", "200", "200"},
        {"If-Modified-Since:\r\n", "200", "200"},
        {"If-None-Match: \"x\"\r\nIf-Modified-Since: " + newer + "\r\n", "200", "200"}, // the date is ignored
        {"If-None-Match: \"e\"\r\nIf-Modified-Since: " + older + "\r\n", "304", "412"},
        // First the one that may fail, then the one that may save the transfer.
        {"If-Match: \"e\"\r\nIf-None-Match: \"e\"\r\n", "304", "412"},
        {"If-Match: \"x\"\r\nIf-None-Match: \"e\"\r\n", "412", "412"},
        {"If-Unmodified-Since: " + older + "\r\nIf-Modified-Since: " + newer + "\r\n", "412", "412"},
        {"If-Unmodified-Since: " + same + "\r\nIf-Modified-Since: " + same + "\r\n", "304", "200"},
    };
    for (row const& r : rows) {
        BOOST_TEST(judge("GET", r.fields) == r.get, "GET " << r.fields);
        BOOST_TEST(judge("HEAD", r.fields) == r.get, "HEAD " << r.fields);
        BOOST_TEST(judge("PUT", r.fields) == r.put, "PUT " << r.fields);
        BOOST_TEST(judge("POST", r.fields) == r.put, "POST " << r.fields);
    }
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_or_has_no_tag)
{
    validators nothing = current();
    nothing.exists = false;
    nothing.etag = {};
    BOOST_TEST(judge("PUT", "If-Match: *\r\n", nothing) == "412");
    BOOST_TEST(judge("PUT", "If-None-Match: *\r\n", nothing) == "200");
    BOOST_TEST(judge("PUT", "If-Match: \"e\"\r\n", nothing) == "412");
    validators untagged = current();
    untagged.etag = {};
    BOOST_TEST(judge("GET", "If-None-Match: \"e\"\r\n", untagged) == "200");
    BOOST_TEST(judge("GET", "If-None-Match: *\r\n", untagged) == "304");
    BOOST_TEST(judge("GET", "If-Match: \"e\"\r\n", untagged) == "412");
    validators weak = current();
    weak.etag = "W/\"e\"";
    BOOST_TEST(judge("GET", "If-None-Match: \"e\"\r\n", weak) == "304");
    BOOST_TEST(judge("GET", "If-Match: W/\"e\"\r\n", weak) == "412");
}

BOOST_AUTO_TEST_CASE(if_range)
{
    struct row {
        std::string_view value;
        std::string_view verdict;
    };
    std::vector<row> const rows = {
        {"\"e\"", "206"},
        {"\"x\"", "200"},
        {"W/\"e\"", "200"},
        {"\"e\", \"x\"", "200"},
        {"*", "200"},
        {"e", "200"},
        {"", "200"},
        {same_date, "206"},
        {"Sunday, 06-Nov-94 08:49:37 GMT", "206"},
        {"Sun, 06 Nov 1994 08:49:36 GMT", "200"},
        {"Sun, 06 Nov 1994 08:49:38 GMT", "200"}, // exactly, not at least
    };
    for (row const& r : rows) {
        std::string const fields = "Range: bytes=0-0\r\nIf-Range: " + std::string(r.value) + "\r\n";
        BOOST_TEST(judge("GET", fields) == r.verdict, fields);
        BOOST_TEST(judge("HEAD", fields) == "200", fields);
    }
    BOOST_TEST(judge("GET", "Range: bytes=0-0\r\n") == "206");
    BOOST_TEST(judge("HEAD", "Range: bytes=0-0\r\n") == "200");
    BOOST_TEST(judge("POST", "Range: bytes=0-0\r\n") == "200");
    BOOST_TEST(judge("GET", "If-Range: \"e\"\r\n") == "200");
    BOOST_TEST(judge("GET", "Range: bytes=0-0\r\nIf-None-Match: \"e\"\r\n") == "304");
    validators weak = current();
    weak.etag = "W/\"e\"";
    BOOST_TEST(judge("GET", "Range: bytes=0-0\r\nIf-Range: W/\"e\"\r\n", weak) == "200");
    // RFC 9110 section 8.8.2.2: a date is strong once its second is over.
    std::string const with_date = "Range: bytes=0-0\r\nIf-Range: Tue, 14 Nov 2023 22:13:";
    validators recent = current();
    recent.modified = now; // 22:13:20
    BOOST_TEST(judge("GET", with_date + "20 GMT\r\n", recent) == "200");
    recent.modified = now - 1;
    BOOST_TEST(judge("GET", with_date + "19 GMT\r\n", recent) == "206");
}

BOOST_AUTO_TEST_SUITE_END()
