// SPDX-License-Identifier: BSL-1.0
#include "common/access_record.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>

namespace {

using namespace polyport;

access_record const request{
    .time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'222'923'123)),
    .remote = "192.0.2.7",
    .user = "anna",
    .request = "GET /a?b=\"c\" HTTP/1.1",
    .status = 200,
    .body_bytes = 612,
    .referer = "http://example.org/",
    .user_agent = "curl/7.88",
    .duration = std::chrono::microseconds(345),
    .connection = 12,
    .service = "http",
};

std::string line(access_log_format format, access_record const& record)
{
    std::string out;
    access_time_text time;
    append_access_line(out, format, record, time);
    return out;
}

/// The common format has local time: these tests live in a zone of their own.
struct zone {
    explicit zone(char const* name)
    {
        if (char const* const current = std::getenv("TZ"))
            before = current;
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~zone()
    {
        if (before.empty())
            ::unsetenv("TZ");
        else
            ::setenv("TZ", before.c_str(), 1);
        ::tzset();
    }
    std::string before;
};

} // namespace

BOOST_AUTO_TEST_SUITE(access_record)

BOOST_AUTO_TEST_CASE(common_and_combined_are_those_of_apache)
{
    zone const utc("UTC0");
    BOOST_TEST(line(access_log_format::common, request) ==
               "192.0.2.7 - anna [21/Nov/2026:01:02:03 +0000] \"GET /a?b=\\\"c\\\" HTTP/1.1\" 200 612\n");
    BOOST_TEST(line(access_log_format::combined, request) ==
               "192.0.2.7 - anna [21/Nov/2026:01:02:03 +0000] \"GET /a?b=\\\"c\\\" HTTP/1.1\" 200 612 "
               "\"http://example.org/\" \"curl/7.88\"\n");
}

BOOST_AUTO_TEST_CASE(time_is_local_with_its_offset)
{
    zone const india("IST-5:30");
    BOOST_TEST(line(access_log_format::common, request).find("[21/Nov/2026:06:32:03 +0530]") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_a_dash)
{
    zone const utc("UTC0");
    polyport::access_record empty{.time = request.time};
    BOOST_TEST(line(access_log_format::combined, empty) ==
               "- - - [21/Nov/2026:01:02:03 +0000] \"-\" - - \"-\" \"-\"\n");
}

BOOST_AUTO_TEST_CASE(json_has_all_that_is_known)
{
    BOOST_TEST(line(access_log_format::json, request) ==
               R"({"time":"2026-11-21T01:02:03.123Z","remote":"192.0.2.7","user":"anna",)"
               R"("request":"GET /a?b=\"c\" HTTP/1.1","status":200,"bytes":612,"duration_us":345,)"
               R"("referer":"http://example.org/","user_agent":"curl/7.88","connection":12,"service":"http"})"
               "\n");
}

BOOST_AUTO_TEST_CASE(a_user_cannot_end_the_field)
{
    std::pair<std::string_view, std::string_view> const table[] = {
        {"a b", " - a\\x20b ["}, {" ", " - \\x20 ["},       {" a", " - \\x20a ["},
        {"a ", " - a\\x20 ["},   {"  ", " - \\x20\\x20 ["}, {"a  b", " - a\\x20\\x20b ["},
        {"x\"y", " - x\\\"y ["}, {"a\n", " - a\\n ["},      {"", " - - ["},
    };
    for (auto const& [user, expected] : table) {
        auto record = request;
        record.user = user;
        std::string const text = line(access_log_format::common, record);
        BOOST_TEST(text.find(expected) != std::string::npos, text);
    }
}

BOOST_AUTO_TEST_CASE(no_request_forges_a_line)
{
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte)
        all_bytes += static_cast<char>(byte);
    auto record = request;
    record.request = record.user = record.referer = record.user_agent = record.remote = all_bytes;
    for (auto const format :
         {access_log_format::common, access_log_format::combined, access_log_format::json}) {
        std::string const text = line(format, record);
        BOOST_TEST(text.find('\n') == text.size() - 1);
        BOOST_TEST(std::all_of(text.begin(), text.end() - 1,
                               [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; }));
    }
    boost::json::error_code error;
    boost::json::parse(line(access_log_format::json, record), error);
    BOOST_TEST(!error);
}

BOOST_AUTO_TEST_CASE(words_for_formats)
{
    BOOST_TEST((parse_access_log_format("common") == access_log_format::common));
    BOOST_TEST((parse_access_log_format("combined") == access_log_format::combined));
    BOOST_TEST((parse_access_log_format("json") == access_log_format::json));
    BOOST_TEST(!parse_access_log_format("Common").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
