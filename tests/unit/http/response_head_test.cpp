// SPDX-License-Identifier: BSL-1.0
#include "services/http/response_head.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace polyport::http;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";

} // namespace

BOOST_AUTO_TEST_SUITE(response_head)

BOOST_AUTO_TEST_CASE(a_usual_head)
{
    std::string buffer = "before";
    polyport::http::response_head(buffer)
        .start(status::ok, date)
        .field("Content-Type", "text/html; charset=utf-8")
        .content_length(18446744073709551615ULL)
        .connection(true, 1)
        .finish();
    BOOST_TEST(buffer ==
               "beforeHTTP/1.1 200 OK\r\nServer: polyport\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
               "Content-Type: text/html; charset=utf-8\r\nContent-Length: 18446744073709551615\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(fields_can_be_kept)
{
    std::string kept;
    polyport::http::response_head(kept).field("ETag", "\"x\"").content_length(5);
    std::string buffer;
    polyport::http::response_head(buffer).start(status::ok, date).prepared(kept).finish();
    BOOST_TEST(buffer.ends_with("GMT\r\nETag: \"x\"\r\nContent-Length: 5\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(connection_is_said_where_it_is_not_implied)
{
    auto const head = [](bool keep, unsigned minor) {
        std::string buffer;
        polyport::http::response_head(buffer).connection(keep, minor);
        return buffer;
    };
    BOOST_TEST(head(true, 1) == "");
    BOOST_TEST(head(false, 1) == "Connection: close\r\n");
    BOOST_TEST(head(true, 0) == "Connection: keep-alive\r\n");
    BOOST_TEST(head(false, 0) == "Connection: close\r\n");
}

BOOST_AUTO_TEST_CASE(every_code_has_a_status_line)
{
    for (unsigned code = 100; code < 600; ++code) {
        std::string buffer;
        auto const value = static_cast<status>(code);
        polyport::http::response_head(buffer).start(value, date).chunked().finish();
        std::string const line = "HTTP/1.1 " + std::to_string(code) + " " +
                                 std::string(reason_phrase(value)) + "\r\nServer: polyport\r\n";
        BOOST_TEST(buffer.starts_with(line), buffer);
        BOOST_TEST(buffer.ends_with("GMT\r\nTransfer-Encoding: chunked\r\n\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(nothing_can_end_a_line_early)
{
    std::string buffer;
    polyport::http::response_head(buffer)
        .start(status::ok, date, "fine\r\nX: y")
        .field("Location", "/a\r\nSet-Cookie: b\nc\0d\x7f\te\xff"sv)
        .field("X", std::uint64_t{5})
        .finish();
    BOOST_TEST(buffer ==
               "HTTP/1.1 200 fine  X: y\r\nServer: polyport\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
               "Location: /a  Set-Cookie: b c d \te\xff\r\nX: 5\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
