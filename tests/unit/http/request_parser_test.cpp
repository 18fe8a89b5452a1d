// SPDX-License-Identifier: BSL-1.0
#include "services/http/request_parser.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace polyport::http;
using namespace std::string_view_literals;

namespace {

struct row {
    std::string_view input;
    std::string_view verdict;  ///< what describe() says, or the status
    std::string_view reason{}; ///< a part of it
};

std::string describe(request_head const& head)
{
    constexpr std::string_view forms[] = {"origin", "absolute", "authority", "asterisk"};
    std::string text(head.method_text());
    text += head.verb() == method::unknown ? "? " : " ";
    if (head.form() != target_form::origin)
        text.append(forms[static_cast<std::size_t>(head.form())]).append(" ");
    text.append(head.path_and_query()).append(" @").append(head.authority());
    text.append(" 1.").append(std::to_string(head.minor_version()));
    if (head.framing().how == body_framing::kind::length)
        text.append(" length=").append(std::to_string(head.framing().length));
    if (head.framing().how == body_framing::kind::chunked)
        text += " chunked";
    text += head.keep_alive() ? " keep" : " close";
    if (head.expects_continue())
        text += " continue";
    return text;
}

std::string judge(parse_result const& result, request_head const& head)
{
    switch (result.what) {
    case parse_result::kind::need_more:
        return "more";
    case parse_result::kind::complete:
        return describe(head);
    case parse_result::kind::rejected:
        break;
    }
    BOOST_TEST(!result.reason.empty());
    return std::to_string(number(result.code));
}

/// As a connection does it: the bytes arrive in pieces, and the buffer moves now and then.
std::string judge_in_pieces(std::string_view input, std::size_t piece, head_limits const& limits = {})
{
    request_head head;
    head.clear();
    parse_result result;
    std::string verdict = "more";
    for (std::size_t size = 0; size < input.size() && verdict == "more";) {
        size = std::min(input.size(), size + piece);
        std::string const buffer(input.substr(0, size));
        result = parse_head(buffer, limits, head);
        verdict = judge(result, head);
    }
    return verdict;
}

void check(std::vector<row> const& rows, head_limits const& limits = {})
{
    for (row const& r : rows) {
        BOOST_TEST_CONTEXT("input: " << r.input)
        {
            request_head head;
            head.clear();
            parse_result const result = parse_head(r.input, limits, head);
            BOOST_TEST(judge(result, head) == r.verdict);
            BOOST_TEST(result.reason.find(r.reason) != std::string_view::npos,
                       "reason: " << result.reason << ", expected: " << r.reason);
            for (std::size_t const piece : {1U, 2U, 3U, 7U})
                BOOST_TEST(judge_in_pieces(r.input, piece, limits) == r.verdict);
        }
    }
}

/// A request with these fields behind a good Host.
std::string with(std::string_view fields, std::string_view line = "POST /x HTTP/1.1")
{
    return std::string(line).append("\r\nHost: h\r\n").append(fields).append("\r\n\r\n");
}

struct field_row {
    std::string_view fields;
    std::string_view verdict;
    std::string_view reason{};
};

void check_fields(std::vector<field_row> const& rows, std::string_view line = "POST /x HTTP/1.1")
{
    for (field_row const& r : rows) {
        std::string const input = with(r.fields, line);
        check({{input, r.verdict, r.reason}});
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_parser)

// RFC 9112 sections 2.2, 2.3, 3; RFC 9110 section 9.1.
BOOST_AUTO_TEST_CASE(request_lines)
{
    check({
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / @h 1.1 keep"},
        {"GET / HTTP/1.0\r\n\r\n", "GET / @ 1.0 close"},
        {"GET / HTTP/1.0\r\nHost: h\r\n\r\n", "GET / @h 1.0 close"},
        {"HEAD /a?b HTTP/1.1\r\nHost: h\r\n\r\n", "HEAD /a?b @h 1.1 keep"},
        {"POST /a HTTP/1.1\r\nHost: h\r\n\r\n", "POST /a @h 1.1 keep"},
        {"PUT /a HTTP/1.1\r\nHost: h\r\n\r\n", "PUT /a @h 1.1 keep"},
        {"DELETE /a HTTP/1.1\r\nHost: h\r\n\r\n", "DELETE /a @h 1.1 keep"},
        {"TRACE /a HTTP/1.1\r\nHost: h\r\n\r\n", "TRACE /a @h 1.1 keep"},
        {"PATCH /a HTTP/1.1\r\nHost: h\r\n\r\n", "PATCH /a @h 1.1 keep"},
        {"OPTIONS /a HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS /a @h 1.1 keep"},
        // Unknown ones are tokens like any other; the session says 501.
        {"BREW /a HTTP/1.1\r\nHost: h\r\n\r\n", "BREW? /a @h 1.1 keep"},
        {"get / HTTP/1.1\r\nHost: h\r\n\r\n", "get? / @h 1.1 keep"},
        {"G!#$%&'*+-.^_`|~ / HTTP/1.1\r\nHost: h\r\n\r\n", "G!#$%&'*+-.^_`|~? / @h 1.1 keep"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1\r\nHost: h\r\n\r\n",
         "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF? / @h 1.1 keep"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\nHost: h\r\n\r\n", "501", "method"},
        // Minor versions above 1 are 1.1 to us, RFC 9110 section 6.2.
        {"GET / HTTP/1.2\r\nHost: h\r\n\r\n", "GET / @h 1.1 keep"},
        {"GET / HTTP/1.9\r\nHost: h\r\n\r\n", "GET / @h 1.1 keep"},
        {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505", "HTTP/1.1"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
        {"GET / HTTP/3.0\r\nHost: h\r\n\r\n", "505"},
        {"GET / HTTP/0.9\r\nHost: h\r\n\r\n", "505"},
        {"GET / HTTP/9.9\r\nHost: h\r\n\r\n", "505"},
        {"GET /\r\n", "400", "HTTP/0.9"},
        {"GET /\n", "400", "HTTP/0.9"},
        {"GET /\r\n\r\n", "400", "HTTP/0.9"},
        {"GET\r\n\r\n", "400", "begin"},
        {"GET \r\n\r\n", "400", "target"},
        {"\n", "400", "bare LF"},
        {"GET / HTTP/1.1\nHost: h\n\n", "400", "bare LF"},
        {"GET / HTTP/1.1\rHost: h\r\r", "400", "bare CR"},
        {"GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", "400", "bare CR"},
        {"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", "400", "follows"},
        {"GET / HTTP/1.1 x\r\nHost: h\r\n\r\n", "400", "follows"},
        {"GET / HTTP/1.10\r\nHost: h\r\n\r\n", "400", "follows"},
        {"GET / HTTP/1.\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / HTTP/11\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / HTTP/1,1\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / HTTP/-1.1\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / HTTP/+1.1\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / HTTP/a.b\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / HTTP 1.1\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / HTTP\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / http/1.1\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / HtTP/1.1\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / ICY/1.1\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET / x HTTP/1.1\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "400", "target"},
        {"GET /  HTTP/1.1\r\nHost: h\r\n\r\n", "400", "version"},
        {"GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", "400", "begin"},
        {"GET /\tHTTP/1.1\r\nHost: h\r\n\r\n", "400", "percent-encoded"},
        {" GET / HTTP/1.1\r\nHost: h\r\n\r\n", "400", "begin"},
        {"GE\0T / HTTP/1.1\r\nHost: h\r\n\r\n"sv, "400", "begin"},
        {"G(T / HTTP/1.1\r\nHost: h\r\n\r\n", "400", "begin"},
        {"G\xc3\xa4T / HTTP/1.1\r\nHost: h\r\n\r\n", "400", "begin"},
        {"GET: / HTTP/1.1\r\nHost: h\r\n\r\n", "400", "begin"},
        {"\x16\x03\x01\x02\x00\x01"sv, "400", "TLS"},
        {"\x80\x2e\x01\x00\x02"sv, "400", "begin"},
        {"HTTP/1.1 200 OK\r\n\r\n", "400", "begin"},
        // Section 2.2: empty lines in front.
        {"\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / @h 1.1 keep"},
        {"\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / @h 1.1 keep"},
        {"\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "400", "empty lines"},
        {"\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "400", "bare LF"},
        {"\rGET / HTTP/1.1\r\nHost: h\r\n\r\n", "400", "bare CR"},
        // Nothing wrong so far.
        {"", "more"},
        {"\r", "more"},
        {"\r\n", "more"},
        {"G", "more"},
        {"GET", "more"},
        {"GET /", "more"},
        {"GET / HTTP/1.1", "more"},
        {"GET / HTTP/1.1\r", "more"},
        {"GET / HTTP/1.1\r\n", "more"},
        {"GET / HTTP/1.1\r\nHost", "more"},
        {"GET / HTTP/1.1\r\nHost: h\r\n", "more"},
        {"GET / HTTP/1.1\r\nHost: h\r\n\r", "more"},
    });
}

// RFC 9112 section 3.2.
BOOST_AUTO_TEST_CASE(targets)
{
    std::vector<field_row> const rows = {
        {"GET /a/b;c=d?e=f&g HTTP/1.1", "GET /a/b;c=d?e=f&g @h 1.1 keep"},
        {"GET //x HTTP/1.1", "GET //x @h 1.1 keep"},
        {"GET /%zz HTTP/1.1", "GET /%zz @h 1.1 keep"}, // the path is another parser's matter
        // What browsers leave unencoded although RFC 3986 would not.
        {"GET /|^`{}\\?[]|{}\\^` HTTP/1.1", "GET /|^`{}\\?[]|{}\\^` @h 1.1 keep"},
        {"GET /a#b HTTP/1.1", "400", "percent-encoded"},
        {"GET /\" HTTP/1.1", "400", "percent-encoded"},
        {"GET /<x> HTTP/1.1", "400", "percent-encoded"},
        {"GET /\xc3\xbc HTTP/1.1", "400", "percent-encoded"},
        {"GET /\x7f HTTP/1.1", "400", "percent-encoded"},
        {"GET /\x01 HTTP/1.1", "400", "percent-encoded"},
        {"GET /\x1b[31m HTTP/1.1", "400", "percent-encoded"},
        {"GET /\0 HTTP/1.1"sv, "400", "percent-encoded"},
        {"GET a HTTP/1.1", "400", "neither"},
        {"GET a/b HTTP/1.1", "400", "neither"},
        {"GET ?q HTTP/1.1", "400", "neither"},
        {"GET ../x HTTP/1.1", "400", "neither"},
        {"GET h:80 HTTP/1.1", "400", "neither"},
        // Absolute form: its authority counts, Host does not.
        {"GET http://a/b?c HTTP/1.1", "GET absolute /b?c @a 1.1 keep"},
        {"GET HTTP://a/b HTTP/1.1", "GET absolute /b @a 1.1 keep"},
        {"GET http://a HTTP/1.1", "GET absolute  @a 1.1 keep"},
        {"GET http://a?q HTTP/1.1", "GET absolute ?q @a 1.1 keep"},
        {"GET http://a:8080/ HTTP/1.1", "GET absolute / @a:8080 1.1 keep"},
        {"GET http://a:/ HTTP/1.1", "GET absolute / @a: 1.1 keep"},
        {"GET http://[::1]:8/ HTTP/1.1", "GET absolute / @[::1]:8 1.1 keep"},
        {"GET http:///x HTTP/1.1", "400", "authority"}, // RFC 9110 section 4.2.1
        {"GET http:// HTTP/1.1", "400", "authority"},
        {"GET http://u@a/ HTTP/1.1", "400", "authority"}, // RFC 9110 section 4.2.4
        {"GET http://u:p@a/ HTTP/1.1", "400", "authority"},
        {"GET http://a:65536/ HTTP/1.1", "400", "authority"},
        {"GET http://a:x/ HTTP/1.1", "400", "authority"},
        {"GET http://a\\b/ HTTP/1.1", "400", "authority"},
        {"GET http://[::1/ HTTP/1.1", "400", "authority"},
        {"GET http:/x HTTP/1.1", "400", "neither"},
        {"GET ftp://a/ HTTP/1.1", "400", "scheme"},
        {"GET file:///etc/passwd HTTP/1.1", "400", "scheme"},
        {"GET ://a/ HTTP/1.1", "400", "scheme"},
        {"GET https://a/ HTTP/1.1", "421", "https"}, // RFC 9110 section 7.4
        // Asterisk form.
        {"OPTIONS * HTTP/1.1", "OPTIONS asterisk * @h 1.1 keep"},
        {"OPTIONS http://a HTTP/1.1", "OPTIONS asterisk  @a 1.1 keep"}, // RFC 9112 section 3.2.4
        {"OPTIONS http://a/ HTTP/1.1", "OPTIONS absolute / @a 1.1 keep"},
        {"GET * HTTP/1.1", "400", "OPTIONS"},
        {"OPTIONS *x HTTP/1.1", "400", "neither"},
        // Authority form.
        {"CONNECT a:443 HTTP/1.1", "CONNECT authority  @a:443 1.1 keep"},
        {"CONNECT a HTTP/1.1", "400", "CONNECT"},
        {"CONNECT a: HTTP/1.1", "400", "CONNECT"},
        {"CONNECT / HTTP/1.1", "400", "CONNECT"},
        {"CONNECT http://a:80/ HTTP/1.1", "400", "CONNECT"},
    };
    for (field_row const& r : rows)
        check_fields({{"A: b", r.verdict, r.reason}}, r.fields);
}

// RFC 9112 section 3.2, RFC 9110 section 7.2.
BOOST_AUTO_TEST_CASE(hosts)
{
    struct host_row {
        std::string_view host;
        bool good;
    };
    std::vector<host_row> const rows = {
        {"example.org", true},
        {"example.org:80", true},
        {"example.org:", true},
        {"EXAMPLE.org.", true},
        {"a_b-c~d.e", true},
        {"127.0.0.1:8080", true},
        {"[::1]", true},
        {"[::1]:8080", true},
        {"[::ffff:192.0.2.1]:1", true},
        {"h:65535", true},
        {"", false}, // an http URL has an authority, and that is never empty
        {":80", false},
        {"h:65536", false},
        {"h:99999999999999999999", false},
        {"h:8a", false},
        {"h:-1", false},
        {"h:80:80", false},
        {"h h", false},
        {"a, b", false},
        {"a,b", false},
        {"u@h", false},
        {"h/", false},
        {"h/x", false},
        {"h?x", false},
        {"h\\x", false},
        {"http://h", false},
        {"h%00", false},
        {"%68", false},
        {"$(id)", false},
        {"h'", false},
        {"<h>", false},
        {"h\xc3\xbc", false},
        {"::1", false},
        {"[::1", false},
        {"::1]", false},
        {"[]", false},
        {"[::g]", false},
        {"[1.2.3.4]", false},
        {"[::1]x", false},
        {"[::1%25lo]", false},
        {"[v1.x]", false},
        {"[1:2:3:4:5:6:7:8:9]", false},
    };
    for (host_row const& r : rows) {
        std::string const host(r.host);
        std::string const line = "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        std::string const expected = r.good ? "GET / @" + host + " 1.1 keep" : "400";
        check({{line, expected, r.good ? "" : "Host field"}});
        std::string const old = "GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
        std::string const old_expected = r.good ? "GET / @" + host + " 1.0 close" : "400";
        check({{old, old_expected}});
    }
    check({
        {"GET / HTTP/1.1\r\n\r\n", "400", "without Host"},
        {"GET http://a/ HTTP/1.1\r\n\r\n", "400", "without Host"},
        {"OPTIONS * HTTP/1.1\r\n\r\n", "400", "without Host"},
        {"GET http://a/ HTTP/1.0\r\n\r\n", "GET absolute / @a 1.0 close"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400", "twice"},
        {"GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", "400", "twice"},
        {"GET / HTTP/1.0\r\nHost: a\r\nHOST: b\r\n\r\n", "400", "twice"},
        {"GET / HTTP/1.1\r\nHOST:a\r\n\r\n", "GET / @a 1.1 keep"},
        {"GET / HTTP/1.1\r\nHost:\t a \t\r\n\r\n", "GET / @a 1.1 keep"},
        {"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", "GET absolute / @a 1.1 keep"},
        {"GET http://a/ HTTP/1.1\r\nHost: b b\r\n\r\n", "400", "Host field"},
        {"GET http://a/ HTTP/1.1\r\nHost: b\r\nHost: a\r\n\r\n", "400", "twice"},
    });
}

// RFC 9112 sections 2.2 and 5, RFC 9110 sections 5.1 and 5.5.
BOOST_AUTO_TEST_CASE(field_lines)
{
    std::string const good = "POST /x @h 1.1 keep";
    check_fields({
        {"A: b", good},
        {"A:b", good},
        {"A:", good},
        {"A:    ", good},
        {"A: b   ", good},
        {"A:\tb\tc\t", good},
        {"!#$%&'*+-.^_`|~09azAZ: x", good},
        {"A: \x80\xff obs-text", good},
        {"A: \"quoted, string\"", good},
        {"A: b:c:d", good},
        {"A: 1234567\t90123456789", good},
        {"A : b", "400", "colon"},
        {"A\t: b", "400", "colon"},
        {"Host : b", "400", "colon"},
        {"Content-Length : 5", "400", "colon"},
        {"Transfer-Encoding : chunked", "400", "colon"},
        {"A\v: b", "400", "name and colon"},
        {" A: b", "400", "folded"},
        {"\tA: b", "400", "folded"},
        {"A: b\r\n c", "400", "folded"},
        {"A: b\r\n\tc", "400", "folded"},
        {"A: b\r\n ", "400", "folded"},
        {"Transfer-Encoding:\r\n chunked", "400", "folded"},
        {": b", "400", "name and colon"},
        {":", "400", "name and colon"},
        {"A", "400", "name and colon"},
        {"A b: c", "400", "colon"},
        {"A@b: c", "400", "name and colon"},
        {"A(b): c", "400", "name and colon"},
        {"A\": c", "400", "name and colon"},
        {"\xc3\xa4: c", "400", "name and colon"},
        {"A\0: c"sv, "400", "name and colon"},
        {"A: b\0c"sv, "400", "control"},
        {"A: 12345678901234567890\0"sv, "400", "control"},
        {"A: \0"sv, "400", "control"},
        {"A: b\x01", "400", "control"},
        {"A: b\x1b[0m", "400", "control"},
        {"A: b\x7f", "400", "control"},
        {"A: 123456789012345678901234567\x7f"sv, "400", "control"},
        {"A: b\v", "400", "control"},
        {"A: b\f", "400", "control"},
        {"A: b\b", "400", "control"},
        {"A: b\nC: d", "400", "bare LF"},
        {"A: b\n", "400", "bare LF"},
        {"A: b\rC: d", "400", "bare CR"},
        {"A: b\r", "400", "bare CR"},
        {"A: b\r\r", "400", "bare CR"},
        {"\rA: b", "400", "bare CR"},
        {"\nA: b", "400", "bare LF"},
        {"A: b\n\nGET /evil HTTP/1.1", "400", "bare LF"},
    });
    check({
        {"GET / HTTP/1.1\r\n Host: h\r\n\r\n", "400", "white space between"},
        {"GET / HTTP/1.1\r\n\tHost: h\r\n\r\n", "400", "white space between"},
        {"GET / HTTP/1.1\r\nHost: h\r\n\n", "400", "bare LF"},
        {"GET / HTTP/1.1\r\nHost: h\r\n\rX", "400", "bare CR"},
        {"GET / HTTP/1.1\r\nHost\r\n\r\n", "400", "name and colon"},
    });
}

// RFC 9112 sections 6.1 to 6.3 and 11.2, RFC 9110 section 8.6.
BOOST_AUTO_TEST_CASE(framing)
{
    std::string const chunked = "POST /x @h 1.1 chunked keep";
    check_fields({
        {"Content-Length: 0", "POST /x @h 1.1 length=0 keep"},
        {"Content-Length: 5", "POST /x @h 1.1 length=5 keep"},
        {"content-length:5", "POST /x @h 1.1 length=5 keep"},
        {"Content-Length: \t5 ", "POST /x @h 1.1 length=5 keep"},
        {"Content-Length: 0005", "POST /x @h 1.1 length=5 keep"},
        {"Content-Length: 9223372036854775807", "POST /x @h 1.1 length=9223372036854775807 keep"},
        {"Content-Length: 9223372036854775808", "400", "range"},
        {"Content-Length: 18446744073709551615", "400", "range"},
        {"Content-Length: 18446744073709551616", "400", "range"},
        {"Content-Length: 18446744073709551621", "400", "range"},
        {"Content-Length: 99999999999999999999999999999999", "400", "range"},
        {"Content-Length:", "400", "number"},
        {"Content-Length: +5", "400", "number"},
        {"Content-Length: -5", "400", "number"},
        {"Content-Length: -0", "400", "number"},
        {"Content-Length: 0x5", "400", "number"},
        {"Content-Length: 5.0", "400", "number"},
        {"Content-Length: 5e3", "400", "number"},
        {"Content-Length: 5 5", "400", "number"},
        {"Content-Length: 5,5", "400", "number"},
        {"Content-Length: 5, 5", "400", "number"},
        {"Content-Length: 5, 6", "400", "number"},
        {"Content-Length: 5,", "400", "number"},
        {"Content-Length: ,5", "400", "number"},
        {"Content-Length: 5;", "400", "number"},
        {"Content-Length: five", "400", "number"},
        {"Content-Length: \"5\"", "400", "number"},
        {"Content-Length: \xb2", "400", "number"},
        {"Content-Length: 1_000", "400", "number"},
        {"Content-Length: 5\r\nContent-Length: 5", "400", "twice"},
        {"Content-Length: 5\r\nContent-Length: 6", "400", "twice"},
        {"Content-Length: 5\r\nCONTENT-LENGTH: 6", "400", "twice"},
        {"Content-Length: 5\r\nTransfer-Encoding: chunked", "400", "Content-Length and"},
        {"Transfer-Encoding: chunked\r\nContent-Length: 5", "400", "Content-Length and"},
        {"Transfer-Encoding: identity\r\nContent-Length: 5", "400", "Content-Length and"},
        {"Transfer-Encoding:\r\nContent-Length: 5", "400", "Content-Length and"},
        {"Transfer-Encoding: chunked", chunked},
        {"transfer-encoding:ChUnKeD", chunked},
        {"Transfer-Encoding: \tchunked\t ", chunked},
        {"Transfer-Encoding:", "400", "last"},
        {"Transfer-Encoding: ,", "400", "last"},
        {"Transfer-Encoding: chunked,", "400", "invalid"},
        {"Transfer-Encoding: ,chunked", "400", "invalid"},
        {"Transfer-Encoding: chunked, chunked", "400", "twice"},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "400", "twice"},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "400", "twice"},
        {"Transfer-Encoding: chunked, identity", "400", "last"},
        {"Transfer-Encoding: chunked, gzip", "400", "last"},
        {"Transfer-Encoding: identity", "400", "last"},
        {"Transfer-Encoding: gzip", "400", "last"},
        {"Transfer-Encoding: gzip, chunked", "501", "not implemented"},
        {"Transfer-Encoding: identity, chunked", "501", "not implemented"},
        {"Transfer-Encoding: gzip;q=1, deflate, chunked", "501", "not implemented"},
        {"Transfer-Encoding: gzip, chunked, chunked", "400", "twice"},
        {"Transfer-Encoding: chunked;x=y", "400", "parameters"},
        {"Transfer-Encoding: chunked;", "400", "parameters"},
        {"Transfer-Encoding: \"chunked\"", "400", "invalid"},
        {"Transfer-Encoding: chunked chunked", "400", "invalid"},
        {"Transfer-Encoding: xchunked", "400", "last"},
        {"Transfer-Encoding: chunkedx", "400", "last"},
        {"Transfer-Encoding: \x0b"
         "chunked",
         "400", "control"},
        {"Transfer-Encoding: \xa0"
         "chunked",
         "400", "invalid"},
        {"Transfer-Encoding\x80: chunked", "400", "name and colon"},
        {"Transfer_Encoding: chunked", "POST /x @h 1.1 keep"}, // another field
    });
    check_fields({{"Transfer-Encoding: chunked", "400", "1.0"}}, "POST /x HTTP/1.0");
    check_fields({{"Content-Length: 5", "POST /x @h 1.0 length=5 close"}}, "POST /x HTTP/1.0");
    check_fields({{"Content-Length: 5", "GET /x @h 1.1 length=5 keep"}}, "GET /x HTTP/1.1");
}

// RFC 9112 section 9.3, RFC 9110 sections 7.6.1 and 10.1.1.
BOOST_AUTO_TEST_CASE(connection_and_expect)
{
    check_fields({
        {"Connection: close", "POST /x @h 1.1 close"},
        {"Connection: CLOSE", "POST /x @h 1.1 close"},
        {"Connection: keep-alive, close", "POST /x @h 1.1 close"},
        {"Connection: keep-alive\r\nConnection: close", "POST /x @h 1.1 close"},
        {"Connection: upgrade,, ,close", "POST /x @h 1.1 close"},
        {"Connection: keep-alive", "POST /x @h 1.1 keep"},
        {"Connection: closed", "POST /x @h 1.1 keep"},
        {"Connection: \"close\"", "POST /x @h 1.1 keep"},
        {"Connection:", "POST /x @h 1.1 keep"},
        {"Connection: Upgrade\r\nUpgrade: websocket", "POST /x @h 1.1 keep"},
        {"Expect: 100-continue\r\nContent-Length: 5", "POST /x @h 1.1 length=5 keep continue"},
        {"Expect: 100-Continue\r\nTransfer-Encoding: chunked", "POST /x @h 1.1 chunked keep continue"},
        {"Expect: 100-continue\r\nContent-Length: 0", "POST /x @h 1.1 length=0 keep"},
        {"Expect: 100-continue", "POST /x @h 1.1 keep"},
        {"Expect: 200-ok", "417", "100-continue"},
        {"Expect: 100-continue, x=y", "417", "100-continue"},
        {"Expect: 100-continue\r\nExpect: x", "417", "100-continue"},
        {"Expect: 100-continue;x=y", "417", "100-continue"},
    });
    check_fields(
        {
            {"Connection: keep-alive", "GET / @h 1.0 keep"},
            {"Connection: Keep-Alive, x", "GET / @h 1.0 keep"},
            {"Connection: keep-alive, close", "GET / @h 1.0 close"},
            {"Connection: x", "GET / @h 1.0 close"},
            {"Expect: 100-continue\r\nContent-Length: 5", "GET / @h 1.0 length=5 close"},
        },
        "GET / HTTP/1.0");
}

// A second one of a field that is no list: RFC 9110 section 5.3.
BOOST_AUTO_TEST_CASE(repeated_fields)
{
    check_fields({
        {"Authorization: a\r\nAuthorization: a", "400", "twice"},
        {"Content-Type: a/b\r\ncontent-type: a/b", "400", "twice"},
        {"Range: bytes=0-1\r\nRange: bytes=2-3", "400", "twice"},
        {"If-Range: \"a\"\r\nIf-Range: \"b\"", "400", "twice"},
        {"If-Modified-Since: a\r\nIf-Modified-Since: a", "400", "twice"},
        {"If-Unmodified-Since: a\r\nIf-Unmodified-Since: a", "400", "twice"},
        {"Accept: a/b\r\nAccept: c/d", "POST /x @h 1.1 keep"},
        {"Cookie: a\r\nCookie: b", "POST /x @h 1.1 keep"},
        {"User-Agent: a\r\nUser-Agent: b", "POST /x @h 1.1 keep"},
    });
}

BOOST_AUTO_TEST_CASE(the_limits_hold)
{
    head_limits limits;
    limits.head_bytes = 100;
    limits.target_bytes = 20;
    limits.fields = 3;
    limits.body_bytes = 10;
    std::string const name(256, 'n');
    std::string const long_name = "GET / HTTP/1.1\r\n" + name + "n: x\r\nHost: h\r\n\r\n";
    std::string const good_name = "GET / HTTP/1.1\r\n" + name + ": x\r\nHost: h\r\n\r\n";
    std::string const exact = "GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(100 - 32, 'a') + "\r\n\r\n";
    std::string const over = "GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(101 - 32, 'a') + "\r\n\r\n";
    std::string const endless = "GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(5000, 'a');
    std::string const endless_target = "GET /" + std::string(5000, 'a');
    BOOST_REQUIRE_EQUAL(exact.size(), 100);
    check(
        {
            {exact, "GET / @h 1.1 keep"},
            {over, "431", "too large"},
            {endless, "431", "too large"},
            {endless_target, "414", "target"},
            {"GET /1234567890123456789 HTTP/1.1\r\nHost: h\r\n\r\n", "GET /1234567890123456789 @h 1.1 keep"},
            {"GET /12345678901234567890 HTTP/1.1\r\nHost: h\r\n\r\n", "414", "target"},
            {"GET /123456789012345678901#", "414", "target"},
            {"GET /1234567890123456789#", "400", "percent-encoded"},
            {"GET / HTTP/1.1\r\nHost: h\r\nA:\r\nB:\r\n\r\n", "GET / @h 1.1 keep"},
            {"GET / HTTP/1.1\r\nHost: h\r\nA:\r\nB:\r\nC:\r\n\r\n", "431", "too many"},
            {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n", "GET / @h 1.1 length=10 keep"},
            {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", "413", "body"},
        },
        limits);
    check({{good_name, "GET / @h 1.1 keep"}, {long_name, "431", "name"}});
    limits.target_bytes = 1000;
    check({{endless_target, "414", "request line"}}, limits);
}

BOOST_AUTO_TEST_CASE(views_and_fields)
{
    std::string buffer =
        "\r\nGET /p?q HTTP/1.1\r\nHost: h:1\r\nX-One:  a b \r\nCookie: c=1\r\nAccept: a/b\r\n"
        "cookie: d=2\r\nACCEPT: c/d\r\nRange: bytes=0-\r\n\r\nGET /next";
    request_head head;
    head.clear();
    parse_result const result = parse_head(buffer, {}, head);
    BOOST_TEST((result.what == parse_result::kind::complete));
    BOOST_TEST(buffer.substr(result.size) == "GET /next");
    BOOST_TEST(head.request_line() == "GET /p?q HTTP/1.1");
    BOOST_TEST(head.target() == "/p?q");
    BOOST_TEST(head.target().data() == buffer.data() + 6, "a view into the buffer");
    BOOST_TEST(head.field_count() == 7);
    BOOST_TEST(head.field(1).name == "X-One");
    BOOST_TEST(head.field(1).value == "a b");
    BOOST_TEST((head.field(1).id == known_field::other));
    BOOST_TEST(head.value(known_field::range) == "bytes=0-");
    BOOST_TEST(head.value(known_field::if_match) == "");
    BOOST_TEST(!head.has(known_field::if_match));
    BOOST_TEST(head.find("x-ONE") == "a b");
    BOOST_TEST(head.find("x-two") == "");
    std::string scratch;
    BOOST_TEST(head.combined(known_field::cookie, scratch) == "c=1; d=2");
    BOOST_TEST(head.combined(known_field::accept, scratch) == "a/b, c/d");
    BOOST_TEST(head.combined(known_field::range, scratch) == "bytes=0-");

    std::string const moved = buffer;
    buffer.assign(buffer.size(), '#');
    head.rebase(moved.data());
    BOOST_TEST(head.value(known_field::host) == "h:1");
    BOOST_TEST(head.authority() == "h:1");

    head.clear();
    parse_result const rejected =
        parse_head("GET /log/me HTTP/1.1\r\nUser-Agent: ua\r\nbad\r\n\r\n", {}, head);
    BOOST_TEST((rejected.what == parse_result::kind::rejected));
    BOOST_TEST(head.request_line() == "GET /log/me HTTP/1.1");
    BOOST_TEST(head.value(known_field::user_agent) == "ua");
}

BOOST_AUTO_TEST_CASE(every_known_field_is_found_in_any_case)
{
    for (std::string name :
         {"Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Length", "Content-Type",
          "Cookie", "Expect", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
          "If-Unmodified-Since", "Range", "Referer", "Transfer-Encoding", "Upgrade", "User-Agent"}) {
        known_field const id = find_known_field(name);
        BOOST_TEST((id != known_field::other), name);
        for (char& c : name)
            c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
        BOOST_TEST((find_known_field(name) == id), name);
        name.back() = '?';
        BOOST_TEST((find_known_field(name) == known_field::other), name);
    }
    BOOST_TEST((find_known_field("") == known_field::other));
}

// Whatever the bytes: the verdict does not depend on how they were cut, and no byte behind the head matters.
BOOST_AUTO_TEST_CASE(pieces_and_followers_do_not_matter)
{
    std::string const base =
        "\r\nPOST http://a:1/b?c HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\n";
    for (std::size_t at = 0; at < base.size(); ++at) {
        for (char const c : {'\0', '\r', '\n', ' ', ':', 'a', '\x7f', '\xff', '/'}) {
            std::string changed = base;
            changed[at] = c;
            request_head head;
            head.clear();
            std::string const whole = judge(parse_head(changed, {}, head), head);
            BOOST_TEST_CONTEXT("input: " << changed)
            {
                BOOST_TEST(judge_in_pieces(changed, 1) == whole);
                BOOST_TEST(judge_in_pieces(changed, 5) == whole);
            }
        }
    }
    for (std::size_t size = 0; size < base.size(); ++size) {
        request_head head;
        head.clear();
        BOOST_TEST(judge(parse_head(base.substr(0, size), {}, head), head) == "more");
    }
}

BOOST_AUTO_TEST_SUITE_END()
