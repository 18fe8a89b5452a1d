// SPDX-License-Identifier: BSL-1.0
// RFC 3875 as a table: request → what a program is given, and output → what a client gets. The program is
// tests/cgi/conformance.c, which prints all that it got as JSON.
#include "tests/integration/cgi_site.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace json = boost::json;

namespace {

constexpr auto absent = std::nullopt;
using expected_value = std::optional<std::string>;

/// "ROOT" and "PORT" in an expected value stand for what they are in this run.
struct given_case {
    char const* section; ///< of RFC 3875, and what is looked at
    std::string request; ///< but the empty line, and the body behind it
    std::string body;
    std::vector<std::pair<std::string, expected_value>> variables;
    std::vector<std::string> arguments = {}; ///< after the program
};

std::string const host = "Host: example.org\r\n";

std::vector<given_case> const given_cases{
    {"4.1.1 AUTH_TYPE, 4.1.11 REMOTE_USER: only if this server has authenticated",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host + "Authorization: Basic YTpi\r\n",
     "",
     {{"AUTH_TYPE", absent}, {"REMOTE_USER", absent}, {"HTTP_AUTHORIZATION", absent}}},
    {"4.1.2 CONTENT_LENGTH: absent without a body",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host,
     "",
     {{"CONTENT_LENGTH", absent}, {"CONTENT_TYPE", absent}, {"HTTP_CONTENT_LENGTH", absent}}},
    {"4.1.2 CONTENT_LENGTH: of the body",
     "POST /cgi-bin/conformance HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Type: text/x\r\n",
     "hello",
     {{"CONTENT_LENGTH", "5"},
      {"CONTENT_TYPE", "text/x"},
      {"HTTP_CONTENT_LENGTH", absent},
      {"HTTP_CONTENT_TYPE", absent},
      {"REQUEST_METHOD", "POST"}}},
    {"4.1.2 CONTENT_LENGTH: after the transfer coding is taken off",
     "POST /cgi-bin/conformance HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n",
     "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
     {{"CONTENT_LENGTH", "5"}, {"HTTP_TRANSFER_ENCODING", absent}}},
    {"4.1.2 CONTENT_LENGTH: of an empty body",
     "POST /cgi-bin/conformance HTTP/1.1\r\n" + host + "Content-Length: 0\r\n",
     "",
     {{"CONTENT_LENGTH", "0"}}},
    {"4.1.4 GATEWAY_INTERFACE, 4.1.16 SERVER_PROTOCOL, 4.1.17 SERVER_SOFTWARE",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host,
     "",
     {{"GATEWAY_INTERFACE", "CGI/1.1"}, {"SERVER_PROTOCOL", "HTTP/1.1"}}},
    {"4.1.16 SERVER_PROTOCOL: as the request has it",
     "GET /cgi-bin/conformance HTTP/1.0\r\n",
     "",
     {{"SERVER_PROTOCOL", "HTTP/1.0"}, {"SERVER_NAME", "127.0.0.1"}, {"HTTP_HOST", absent}}},
    {"4.1.5 PATH_INFO, 4.1.6 PATH_TRANSLATED: absent without a path behind the program",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host,
     "",
     {{"PATH_INFO", absent}, {"PATH_TRANSLATED", absent}, {"SCRIPT_NAME", "/cgi-bin/conformance"}}},
    {"4.1.5 PATH_INFO: decoded; 4.1.6 PATH_TRANSLATED: as if it were asked for",
     "GET /cgi-bin/conformance/a%20b/c%C3%A4?x=%20y HTTP/1.1\r\n" + host,
     "",
     {{"PATH_INFO", "/a b/c\xC3\xA4"},
      {"PATH_TRANSLATED", "ROOT/a b/c\xC3\xA4"},
      {"SCRIPT_NAME", "/cgi-bin/conformance"},
      {"SCRIPT_FILENAME", "ROOT/cgi-bin/conformance"},
      {"DOCUMENT_ROOT", "ROOT"},
      {"QUERY_STRING", "x=%20y"},
      {"REQUEST_URI", "/cgi-bin/conformance/a%20b/c%C3%A4?x=%20y"}}},
    {"4.1.5 PATH_INFO: a slash alone is one",
     "GET /cgi-bin/conformance/ HTTP/1.1\r\n" + host,
     "",
     {{"PATH_INFO", "/"}}},
    {"4.1.5 PATH_INFO: dot segments are resolved before the program is looked for",
     "GET /cgi-bin/x/../conformance/a/../b HTTP/1.1\r\n" + host,
     "",
     {{"PATH_INFO", "/b"}, {"SCRIPT_NAME", "/cgi-bin/conformance"}}},
    {"4.1.7 QUERY_STRING: always there, and as it came",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host,
     "",
     {{"QUERY_STRING", ""}}},
    {"4.1.7 QUERY_STRING: not decoded",
     "GET /cgi-bin/conformance?a=%26&b=+?/ HTTP/1.1\r\n" + host,
     "",
     {{"QUERY_STRING", "a=%26&b=+?/"}}},
    {"4.1.8 REMOTE_ADDR, 4.1.9 REMOTE_HOST: the address where no name is known; 4.1.10 REMOTE_IDENT: never",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host,
     "",
     {{"REMOTE_ADDR", "127.0.0.1"}, {"REMOTE_HOST", "127.0.0.1"}, {"REMOTE_IDENT", absent}}},
    {"4.1.12 REQUEST_METHOD: any that the client has",
     "PATCH /cgi-bin/conformance HTTP/1.1\r\n" + host,
     "",
     {{"REQUEST_METHOD", "PATCH"}}},
    {"4.1.12 REQUEST_METHOD: also one that the server does not know",
     "PROPFIND /cgi-bin/conformance HTTP/1.1\r\n" + host + "Depth: 1\r\nContent-Length: 3\r\n",
     "<a>",
     {{"REQUEST_METHOD", "PROPFIND"}, {"HTTP_DEPTH", "1"}, {"CONTENT_LENGTH", "3"}}},
    {"4.1.14 SERVER_NAME, 4.1.15 SERVER_PORT: of the Host field, and of the connection",
     "GET /cgi-bin/conformance HTTP/1.1\r\nHost: Example.ORG:8080\r\n",
     "",
     {{"SERVER_NAME", "Example.ORG"},
      {"SERVER_PORT", "PORT"},
      {"SERVER_ADDR", "127.0.0.1"},
      {"HTTP_HOST", "Example.ORG:8080"}}},
    {"4.1.14 SERVER_NAME: of the target, where that is absolute",
     "GET http://other.example/cgi-bin/conformance?q=1 HTTP/1.1\r\n" + host,
     "",
     {{"SERVER_NAME", "other.example"}, {"QUERY_STRING", "q=1"}}},
    {"4.1.14 SERVER_NAME: an IPv6 address stands in brackets",
     "GET /cgi-bin/conformance HTTP/1.1\r\nHost: [::1]:80\r\n",
     "",
     {{"SERVER_NAME", "[::1]"}}},
    {"4.1.18 fields: upper case, with underscores; several of one name become one",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host + "X-One-Two: 1\r\nx-one-two: 2\r\nUser-Agent: u\r\n",
     "",
     {{"HTTP_X_ONE_TWO", "1, 2"}, {"HTTP_USER_AGENT", "u"}}},
    {"4.1.18 fields: cookies are joined as RFC 6265 has it",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host + "Cookie: a=1\r\nCookie: b=2\r\n",
     "",
     {{"HTTP_COOKIE", "a=1; b=2"}}},
    {"4.1.18 fields: none of the connection, none that would be taken for something else",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host +
         "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy: evil\r\n"
         "Proxy-Authorization: Basic YTpi\r\nUpgrade: none\r\n",
     "",
     {{"HTTP_CONNECTION", absent},
      {"HTTP_X_HOP", absent},
      {"HTTP_KEEP_ALIVE", absent},
      {"HTTP_TE", absent},
      {"HTTP_PROXY", absent},
      {"HTTP_PROXY_AUTHORIZATION", absent},
      {"HTTP_UPGRADE", absent}}},
    {"RFC 9110 section 14.2: ranges are the program's own business",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host + "Range: bytes=0-0\r\nIf-Range: \"x\"\r\n",
     "",
     {{"HTTP_RANGE", "bytes=0-0"}, {"HTTP_IF_RANGE", "\"x\""}}},
    {"4.1 extensions: what programs expect besides",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host,
     "",
     {{"REDIRECT_STATUS", "200"}, {"HTTPS", absent}}},
    {"4.1 nothing of the daemon's own environment but PATH",
     "GET /cgi-bin/conformance HTTP/1.1\r\n" + host,
     "",
     {{"HOME", absent}, {"POLYPORT_TEST_SECRET", absent}, {"POLYPORT_TEST_NAMED", "named"}}},
    {"4.4 command line: the words of a query without '='",
     "GET /cgi-bin/conformance?one+t%77o+th%20ree HTTP/1.1\r\n" + host,
     "",
     {{"QUERY_STRING", "one+t%77o+th%20ree"}},
     {"one", "two", "th ree"}},
    {"4.4 command line: none with an unencoded '='",
     "GET /cgi-bin/conformance?one+two=2 HTTP/1.1\r\n" + host,
     "",
     {}},
    {"4.4 command line: an encoded one does not count",
     "GET /cgi-bin/conformance?one+two%3D2 HTTP/1.1\r\n" + host,
     "",
     {},
     {"one", "two=2"}},
    {"4.4 command line: none for POST",
     "POST /cgi-bin/conformance?one+two HTTP/1.1\r\n" + host + "Content-Length: 0\r\n",
     "",
     {}},
};

std::string with_facts(std::string text, std::uint16_t port)
{
    if (text.starts_with("ROOT"))
        text.replace(0, 4, POLYPORT_CGI_ROOT);
    return text == "PORT" ? std::to_string(port) : text;
}

/// The program shows a byte that is not printable as \u00XX.
std::string as_bytes(json::string const& shown)
{
    std::string bytes;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        auto const c = static_cast<unsigned char>(shown[i]);
        if (c >= 0xC2 && c <= 0xC3 && i + 1 < shown.size())
            bytes += static_cast<char>((c << 6 & 0xC0) | (static_cast<unsigned char>(shown[++i]) & 0x3F));
        else
            bytes += static_cast<char>(c);
    }
    return bytes;
}

struct conformance_site : cgi_site {
    conformance_site() : cgi_site({"--http-cgi-env", "POLYPORT_TEST_NAMED"}) {}
};

struct output_case {
    char const* section;
    std::string output; ///< as printf(1) takes it
    int status;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
};

std::vector<output_case> const output_cases{
    {"6.2.1 document", "Content-Type: text/x\\n\\nbody", 200, {{"content-type", "text/x"}}, "body"},
    {"6.2.1 document: CRLF",
     "Content-Type: text/x\\r\\n\\r\\nbody",
     200,
     {{"content-type", "text/x"}},
     "body"},
    {"6.2.1 document: names without case", "content-TYPE:text/x\\n\\nbody", 200, {}, "body"},
    {"6.3.3 Status", "Status: 404 Gone Away\\nContent-Type: text/x\\n\\nbody", 404, {}, "body"},
    {"6.3.3 Status: without a reason", "Status: 201\\nContent-Type: text/x\\n\\nbody", 201, {}, "body"},
    {"6.3.3 Status alone", "Status: 403 No\\n\\n", 403, {}, ""},
    {"6.2.3 client redirect",
     "Location: http://a.example/\\n\\n",
     302,
     {{"location", "http://a.example/"}},
     "*"},
    {"6.2.4 client redirect with a document",
     "Location: http://a.example/\\nStatus: 307 Go\\nContent-Type: text/x\\n\\nbody",
     307,
     {{"location", "http://a.example/"}, {"content-type", "text/x"}},
     "body"},
    {"6.3.4 other protocol fields", "Content-Type: text/x\\nX-A: 1\\n\\n", 200, {{"x-a", "1"}}, ""},
    {"6.3.5 extension fields", "Content-Type: text/x\\nX-CGI-Thing: 1\\n\\n", 200, {}, ""},
    {"a range of the program's",
     "Status: 206 Some\\nContent-Range: bytes 0-3/9\\nContent-Type: text/x\\n\\nbody",
     206,
     {{"content-range", "bytes 0-3/9"}},
     "body"},
    {"6.2.2 local redirect to a target that is none", "Location: /../../etc/passwd\\n\\n", 502, {}, "*"},
    {"6.2.2 local redirect to what cannot be decoded", "Location: /%%zz\\n\\n", 502, {}, "*"},
    {"6.3 no protocol field at all", "X-A: 1\\n\\nbody", 502, {}, "*"},
    {"6.3 folded", "Content-Type: text/x\\n more\\n\\nbody", 502, {}, "*"},
    {"6.3 twice", "Content-Type: text/x\\nContent-Type: text/y\\n\\nbody", 502, {}, "*"},
    {"6.3 no colon", "Content-Type text/x\\n\\nbody", 502, {}, "*"},
    {"6.3 no empty line", "Content-Type: text/x\\n", 502, {}, "*"},
    {"6.3 status out of range", "Status: 99\\n\\n", 502, {}, "*"},
    {"6.3 an informational status", "Status: 100 Go on\\n\\n", 502, {}, "*"},
    {"6.2 nothing", "", 502, {}, "*"},
    {"6.2 coding of the transfer is the server's",
     "Content-Type: text/x\\nTransfer-Encoding: chunked\\n\\n0\\r\\n\\r\\n",
     502,
     {},
     "*"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_conformance)

BOOST_AUTO_TEST_CASE(what_a_program_is_given)
{
    ::setenv("POLYPORT_TEST_SECRET", "secret", 1);
    ::setenv("POLYPORT_TEST_NAMED", "named", 1);
    conformance_site const site;
    unique_fd client = connect_tcp(site.port());
    for (auto const& one : given_cases) {
        BOOST_TEST_CONTEXT(one.section)
        {
            send_all(client, one.request + "\r\n" + one.body);
            http_reply const reply = receive_reply(client);
            BOOST_TEST(reply.status == 200);
            if (reply.status != 200)
                continue;
            auto const got = json::parse(reply.body).as_object();
            auto const& environment = got.at("environment").as_object();
            for (auto const& [name, value] : one.variables) {
                auto const* const found = environment.if_contains(name);
                BOOST_TEST((found != nullptr) == value.has_value(), name);
                if (found && value)
                    BOOST_TEST(as_bytes(found->as_string()) == with_facts(*value, site.port()), name);
            }
            for (auto const& [name, value] : environment)
                BOOST_TEST(name != "POLYPORT_TEST_SECRET");
            auto const& arguments = got.at("arguments").as_array();
            BOOST_TEST_REQUIRE(arguments.size() == one.arguments.size() + 1);
            for (std::size_t i = 0; i < one.arguments.size(); ++i)
                BOOST_TEST(as_bytes(arguments[i + 1].as_string()) == one.arguments[i]);
            // Section 4 and 7.2: the same for every one.
            BOOST_TEST(got.at("directory").as_string() == POLYPORT_CGI_ROOT "/cgi-bin");
            BOOST_TEST(json::serialize(got.at("descriptors")) == "[0,1,2]");
            BOOST_TEST(got.at("signals_changed").as_int64() == 0);
            BOOST_TEST(got.at("pid").as_int64() == got.at("group").as_int64());
            BOOST_TEST(got.at("pid").as_int64() == got.at("session").as_int64());
            if (reply.field("connection") == "close" || one.request.find("HTTP/1.0") != std::string::npos)
                client = connect_tcp(site.port());
        }
    }
}

BOOST_AUTO_TEST_CASE(names_that_become_the_same_variable_are_refused)
{
    conformance_site const site;
    BOOST_TEST(site.get("conformance", "X-A: 1\r\nX_A: 2\r\n").status == 400);
}

BOOST_AUTO_TEST_CASE(what_a_client_gets)
{
    temporary_directory const folder;
    std::filesystem::create_directory(folder / "cgi-bin");
    for (std::size_t i = 0; i < output_cases.size(); ++i) {
        auto const file = folder / ("cgi-bin/" + std::to_string(i));
        write_file(file, "#!/bin/sh\nprintf '" + output_cases[i].output + "'\n");
        std::filesystem::permissions(file, std::filesystem::perms::all);
    }
    daemon_process const server(
        {"--http", "0", "--http-root", folder.path().string(), "--http-cgi", "/cgi-bin/"});
    for (std::size_t i = 0; i < output_cases.size(); ++i) {
        auto const& one = output_cases[i];
        BOOST_TEST_CONTEXT(one.section)
        {
            http_reply const reply = http_get(server.port("http"), "/cgi-bin/" + std::to_string(i));
            BOOST_TEST(reply.status == one.status);
            for (auto const& [name, value] : one.fields)
                BOOST_TEST(reply.field(name) == value);
            if (one.body != "*")
                BOOST_TEST(reply.body == one.body);
        }
    }
    BOOST_TEST(server.log().wait_for_count("cgi-bad-redirect", 1));
}

BOOST_AUTO_TEST_CASE(a_method_that_nobody_knows_is_for_programs_alone)
{
    temporary_directory const folder;
    write_file(folder / "file.txt", "text");
    daemon_process const server({"--http", "0", "--http-root", folder.path().string()});
    unique_fd const client = connect_tcp(server.port("http"));
    for (char const* target : {"/file.txt", "/", "/none"}) {
        send_all(client, "PROPFIND " + std::string(target) + " HTTP/1.1\r\n" + host + "\r\n");
        BOOST_TEST(receive_reply(client).status == 501, target);
    }
}

BOOST_AUTO_TEST_SUITE_END()
