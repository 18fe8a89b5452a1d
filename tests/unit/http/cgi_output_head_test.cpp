// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/output_head.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using polyport::cgi::output_head;
using state = output_head::state;
using kind = output_head::kind;

namespace {

struct outcome {
    std::string verdict;
    std::string body;
};

/// Feeds the output in pieces and tells what came of it.
outcome parse(std::string_view output, std::size_t piece, std::size_t limit = 1024)
{
    output_head head(limit);
    std::size_t taken = 0;
    while (head.current() == state::more && taken < output.size()) {
        auto const part = output.substr(taken, piece);
        auto const used = head.feed(part);
        taken += used;
        if (used < part.size())
            break;
    }
    head.finish();
    auto text = [&]() -> std::string {
        if (head.current() == state::bad)
            return "bad: " + std::string(head.problem());
        if (head.current() == state::raw)
            return "raw " + std::string(head.text());
        std::string all;
        switch (head.what()) {
        case kind::document:
            all = "document ";
            break;
        case kind::local_redirect:
            return "local " + std::string(head.location());
        case kind::client_redirect:
            all = "client ";
            break;
        }
        all += std::to_string(head.status());
        if (!head.reason().empty())
            all.append(" '").append(head.reason()).append("'");
        if (!head.content_type().empty())
            all.append(" type=").append(head.content_type());
        if (!head.location().empty())
            all.append(" location=").append(head.location());
        if (head.content_length())
            all += " length=" + std::to_string(*head.content_length());
        for (std::size_t i = 0; i < head.field_count(); ++i) {
            auto const [name, value] = head.other(i);
            all.append(" ").append(name).append(":").append(value);
            BOOST_TEST(head.has_other(name));
        }
        return all;
    }();
    // What is raw is text() and the rest, however much of it came in one piece.
    if (head.current() == state::raw)
        text = "raw";
    return {text, std::string(output.substr(taken))};
}

struct row {
    std::string_view output;
    std::string_view verdict;
    std::string_view body;
};

row const table[] = {
    // Document responses, RFC 3875 section 6.2.1
    {"Content-Type: text/html\n\nhello", "document 200 type=text/html", "hello"},
    {"Content-Type: text/html\r\n\r\nhello", "document 200 type=text/html", "hello"},
    {"Content-Type: text/html\r\n\nhello", "document 200 type=text/html", "hello"},
    {"Content-Type: text/html\n\r\n\r\n", "document 200 type=text/html", "\r\n"},
    {"content-type:text/html\n\n", "document 200 type=text/html", ""},
    {"CONTENT-TYPE: \t text/plain; charset=utf-8 \t\n\n", "document 200 type=text/plain; charset=utf-8", ""},
    {"Status: 404 Not Found\nContent-Type: a/b\n\nx", "document 404 'Not Found' type=a/b", "x"},
    {"Status: 204\n\n", "document 204", ""},
    {"Status:201 \nLocation: http://h/x\n\n", "document 201 location=http://h/x", ""},
    {"Content-Type: a/b\nContent-Length: 5\n\nhello", "document 200 type=a/b length=5", "hello"},
    {"Content-Type: a/b\nX-A: 1\nSet-Cookie: a\nSet-Cookie: b\n\n",
     "document 200 type=a/b X-A:1 Set-Cookie:a Set-Cookie:b", ""},
    {"Content-Type: a/b\nX-Empty:\nX-High: \xc3\xa9\n\n", "document 200 type=a/b X-Empty: X-High:\xc3\xa9",
     ""},
    {"Content-Type:\n\n", "document 200", ""},
    // The server's own fields are dropped
    {"Content-Type: a/b\nConnection: close\nKeep-Alive: 5\nUpgrade: x\nTE: x\nTrailer: x\nProxy-Connection: "
     "x\n\n",
     "document 200 type=a/b", ""},
    // Redirects, sections 6.2.2 to 6.2.4
    {"Location: /other/path?q\n\n", "local /other/path?q", ""},
    {"Location: /other\nContent-Type: a/b\n\nbody", "local /other", "body"},
    {"Location: http://example.org/x\n\n", "client 302 location=http://example.org/x", ""},
    {"Location: http://example.org/x#frag\n\n", "client 302 location=http://example.org/x#frag", ""},
    {"Location: //example.org/x\n\n", "client 302 location=//example.org/x", ""},
    {"Location: /page#part\n\n", "client 302 location=/page#part", ""},
    {"Location: relative\n\n", "client 302 location=relative", ""},
    {"Status: 303 See Other\nLocation: /done\n\n", "client 303 'See Other' location=/done", ""},
    {"Location: mailto:a@b\nStatus: 301\nContent-Type: a/b\n\nmoved",
     "client 301 type=a/b location=mailto:a@b", "moved"},
    {"Location: /a b\n\n", "bad: its local Location has characters that are not allowed in a path", ""},
    {"Location:\n\n", "bad: its Location is empty", ""},
    // Non-parsed headers, section 5
    {"HTTP/1.1 200 OK\r\n\r\n", "raw", ""},
    {"HTTP/", "raw", ""},
    {"HTTP", "bad: its header does not end with an empty line", ""},
    {"HTTPS: x\nStatus: 200\n\n", "document 200 HTTPS:x", ""},
    {"http/1.1 200 OK\n\n", "bad: a line of its header has no colon", ""},
    // No header
    {"", "bad: it printed nothing", ""},
    {"\n", "bad: its header has none of Content-Type, Status and Location", ""},
    {"\r\nContent-Type: a/b\n\n", "bad: its header has none of Content-Type, Status and Location", ""},
    {"X-A: 1\n\nbody", "bad: its header has none of Content-Type, Status and Location", ""},
    {"Hello, world\nthis is no header", "bad: a line of its header has no colon", ""},
    {"Content-Type: a/b\n", "bad: its header does not end with an empty line", ""},
    {"Content-Type: a/b", "bad: its header does not end with an empty line", ""},
    // Bad fields
    {"Content-Type : a/b\n\n",
     "bad: the name of a field in its header has characters that are not allowed there", ""},
    {": a\n\n", "bad: the name of a field in its header has characters that are not allowed there", ""},
    {"<html>: a\n\n", "bad: the name of a field in its header has characters that are not allowed there", ""},
    {"Content-Type: a/b\n folded\n\n",
     "bad: a line of its header begins with white space (RFC 3875 has no folded lines)", ""},
    {"Content-Type: a\rb\n\n", "bad: the value of a field in its header has control characters", ""},
    {"Content-Type: a\x1b[m\n\n", "bad: the value of a field in its header has control characters", ""},
    {"Content-Type: a\r\r\n\n", "bad: the value of a field in its header has control characters", ""},
    {"Content-Type: a\nContent-Type: b\n\n", "bad: its header has Content-Type twice", ""},
    {"Status: 200\nstatus: 200\n\n", "bad: its header has Status twice", ""},
    {"Location: a\nLocation: b\n\n", "bad: its header has Location twice", ""},
    {"Status: 200\nContent-Length: 1\nContent-Length: 1\n\n", "bad: its header has Content-Length twice", ""},
    {"Status: 200\nTransfer-Encoding: chunked\n\n",
     "bad: its header has Transfer-Encoding, which is the server's to choose", ""},
    {"Status: 200\nContent-Length: 1x\n\n", "bad: its Content-Length is not a number", ""},
    {"Status: 200\nContent-Length: -1\n\n", "bad: its Content-Length is not a number", ""},
    {"Status: 200\nContent-Length: +1\n\n", "bad: its Content-Length is not a number", ""},
    {"Status: 200\nContent-Length:\n\n", "bad: its Content-Length is not a number", ""},
    {"Status: 200\nContent-Length: 18446744073709551616\n\n", "bad: its Content-Length is not a number", ""},
    {"Status: OK\n\n", "bad: its Status does not begin with a three-digit code", ""},
    {"Status: 2000\n\n", "bad: its Status does not begin with a three-digit code", ""},
    {"Status: 20\n\n", "bad: its Status does not begin with a three-digit code", ""},
    {"Status:\n\n", "bad: its Status does not begin with a three-digit code", ""},
    {"Status: 101 Switching\n\n", "bad: its Status is no final status code (200 to 599)", ""},
    {"Status: 600\n\n", "bad: its Status is no final status code (200 to 599)", ""},
};

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_output_head)

BOOST_AUTO_TEST_CASE(output_has_its_verdict_however_it_is_cut)
{
    for (auto const& [output, verdict, body] : table) {
        for (std::size_t const piece : {1UL, 2UL, 3UL, 7UL, output.size() + 1}) {
            BOOST_TEST_CONTEXT("in pieces of " << piece << ": " << output)
            {
                auto const got = parse(output, piece);
                BOOST_TEST(got.verdict == verdict);
                if (!got.verdict.starts_with("bad") && got.verdict != "raw")
                    BOOST_TEST(got.body == body);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_bad_line_is_refused_before_the_head_ends)
{
    output_head head(1024);
    head.feed("this is no header\n");
    BOOST_TEST((head.current() == state::bad));
}

BOOST_AUTO_TEST_CASE(the_head_has_a_limit)
{
    std::string const head = "Content-Type: a/b\nX: " + std::string(50, 'x') + "\n\n";
    for (std::size_t const piece : {1UL, 10UL, 1000UL}) {
        BOOST_TEST(parse(head + "body", piece, head.size()).body == "body");
        BOOST_TEST(parse(head + "body", piece, head.size() - 1).verdict ==
                   "bad: its header is longer than allowed (http-cgi-max-header-bytes)");
    }
    BOOST_TEST(parse(std::string(100'000, 'a'), 100'000).verdict.starts_with("bad: its header is longer"));
    std::string many = "Status: 200\n";
    for (int i = 0; i < 300; ++i)
        many += "a:\n";
    BOOST_TEST(parse(many + "\n", 64, 1 << 20).verdict == "bad: its header has too many fields");
}

BOOST_AUTO_TEST_CASE(raw_output_is_not_looked_at)
{
    output_head named(1024, true);
    BOOST_TEST((named.current() == state::raw));
    BOOST_TEST(named.feed("anything") == 0);

    output_head seen(1024);
    std::size_t used = seen.feed("HT");
    BOOST_TEST(used == 2);
    BOOST_TEST((seen.current() == state::more));
    used = seen.feed("TP/1.0 200 OK\r\n\r\nbody");
    BOOST_TEST((seen.current() == state::raw));
    BOOST_TEST(seen.text() == "HTTP/1.0 200 OK\r\n\r\nbody");
    BOOST_TEST(used == seen.text().size() - 2);
}

BOOST_AUTO_TEST_SUITE_END()
