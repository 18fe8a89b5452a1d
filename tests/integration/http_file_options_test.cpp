// SPDX-License-Identifier: BSL-1.0
// What each option about files does to a response.
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

struct file_tree {
    temporary_directory directory;
    fs::path root = directory / "root";

    file_tree()
    {
        fs::create_directories(root / "empty");
        fs::create_directories(root / "pub");
        fs::create_directories(root / ".well-known");
        write_file(directory / "outside.txt", "outside");
        write_file(directory / "lost.html", "<h1>Lost</h1>");
        write_file(directory / "gone.txt", "gone away");
        write_file(root / "page.foo", "foo");
        write_file(root / "long.html", std::string(5000, 'x'));
        write_file(root / "long.html.gz", "a neighbour");
        write_file(root / "text.html", std::string(5000, 'y'));
        write_file(root / ".hidden", "hidden");
        write_file(root / ".well-known/here", "well known");
        write_file(root / "pub/first.html", "the first");
        write_file(root / "pub/second.html", "the second");
        fs::create_symlink("../outside.txt", root / "link.txt");
    }

    std::vector<std::string> arguments(std::vector<std::string> const& more) const
    {
        std::vector<std::string> all{"--http", "0", "--http-root", root.string()};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
};

/// Without what no two responses share.
std::vector<std::pair<std::string, std::string>> fields_of(http_reply const& reply)
{
    auto fields = reply.fields;
    std::erase_if(fields, [](auto const& field) { return field.first == "date"; });
    return fields;
}

http_reply ask(std::uint16_t port, std::string const& verb, std::string const& target,
               std::string const& fields)
{
    unique_fd const client = connect_tcp(port);
    send_all(client, verb + " " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    return receive_reply(client, verb == "HEAD" ? body_expected::no : body_expected::yes);
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_file_options)

BOOST_AUTO_TEST_CASE(each_does_what_it_says_and_nothing_without_it)
{
    file_tree const files;
    std::string const lost = (files.directory / "lost.html").string();
    std::string const gone = (files.directory / "gone.txt").string();
    struct {
        std::vector<std::string> options;
        std::string target;
        std::string fields;
        int status;
        std::string name; ///< of a field; empty: the body
        std::string value;
    } const table[] = {
        {{}, "/none", "", 404, "", "<html><body>request file not found</body></html>"},
        {{"--http-error-page", "404=" + lost}, "/none", "", 404, "", "<h1>Lost</h1>"},
        {{"--http-error-page", "404=" + lost}, "/none", "", 404, "content-type", "text/html; charset=utf-8"},
        {{"--http-error-page", "404=" + lost}, "/none", "", 404, "x-content-type-options", "nosniff"},
        {{"--http-error-page", "404=" + lost, "--http-error-page", "/pub/=404=" + gone},
         "/pub/none",
         "",
         404,
         "",
         "gone away"},
        {{"--http-error-page", "404=" + lost, "--http-error-page", "/pub/=404=" + gone},
         "/none",
         "",
         404,
         "",
         "<h1>Lost</h1>"},
        {{"--http-error-page", "416=" + gone}, "/page.foo", "Range: bytes=9-\r\n", 416, "", "gone away"},
        {{"--http-error-page", "416=" + gone},
         "/page.foo",
         "Range: bytes=9-\r\n",
         416,
         "content-range",
         "bytes */3"},

        {{}, "/page.foo", "", 200, "content-type", "application/octet-stream"},
        {{"--http-mime-type", ".foo=text/x-foo"},
         "/page.foo",
         "",
         200,
         "content-type",
         "text/x-foo; charset=utf-8"},
        {{"--http-mime-type", "/pub/=.html=text/x-pub"},
         "/pub/first.html",
         "",
         200,
         "content-type",
         "text/x-pub; charset=utf-8"},
        {{"--http-mime-type", "/pub/=.html=text/x-pub"},
         "/text.html",
         "",
         200,
         "content-type",
         "text/html; charset=utf-8"},

        {{}, "/page.foo", "", 200, "cache-control", ""},
        {{"--http-cache-control", "max-age=60"}, "/page.foo", "", 200, "cache-control", "max-age=60"},
        {{"--http-cache-control", "max-age=60"},
         "/page.foo",
         "If-None-Match: *\r\n",
         304,
         "cache-control",
         "max-age=60"},
        {{"--http-cache-control", "max-age=60"},
         "/page.foo",
         "Range: bytes=0-0\r\n",
         206,
         "cache-control",
         "max-age=60"},
        {{"--http-cache-control", "max-age=60"}, "/none", "", 404, "cache-control", ""},

        {{}, "/.hidden", "", 404, "", "<html><body>request file not found</body></html>"},
        {{}, "/.well-known/here", "", 200, "", "well known"},
        {{"--http-hidden", "on"}, "/.hidden", "", 200, "", "hidden"},

        {{}, "/long.html", "Accept-Encoding: gzip\r\n", 200, "", "a neighbour"},
        {{"--http-compress", "off"},
         "/long.html",
         "Accept-Encoding: gzip\r\n",
         200,
         "",
         std::string(5000, 'x')},
        {{"--http-compress", "off"}, "/long.html", "Accept-Encoding: gzip\r\n", 200, "vary", ""},
        {{}, "/text.html", "", 200, "vary", "Accept-Encoding"},
        {{"--http-compress", "off"}, "/text.html", "", 200, "vary", ""},

        {{}, "/link.txt", "", 404, "", "<html><body>request file not found</body></html>"},
        {{"--http-symlinks", "follow"}, "/link.txt", "", 200, "", "outside"},

        {{}, "/pub/", "", 403, "x-content-type-options", "nosniff"},
        {{"--http-index", "second.html"}, "/pub/", "", 200, "", "the second"},
        {{"--http-index", "none.html, second.html first.html"}, "/pub/", "", 200, "", "the second"},
        {{"--http-index", "first.html second.html"}, "/pub/", "", 200, "", "the first"},
        {{"--http-index", "/pub/=first.html"}, "/pub/", "", 200, "", "the first"},
        {{"--http-index", "/pub/=first.html"}, "/empty/", "", 403, "x-content-type-options", "nosniff"},

        {{"--http-file-cache", "0"}, "/page.foo", "", 200, "", "foo"},
        {{"--http-file-cache", "0"}, "/long.html", "Accept-Encoding: gzip\r\n", 200, "", "a neighbour"},
    };
    std::optional<daemon_process> server;
    std::vector<std::string> const* options = nullptr;
    for (auto const& row : table) {
        if (!options || *options != row.options) { // one daemon for rows that follow each other
            options = &row.options;
            server.reset();
            server.emplace(files.arguments(row.options));
        }
        auto const got = ask(server->port("http"), "GET", row.target, row.fields);
        std::string const what = row.target + (row.options.empty() ? "" : " with " + row.options.back());
        BOOST_TEST(got.status == row.status, what << ": " << got.status);
        BOOST_TEST((row.name.empty() ? got.body : got.field(row.name)) == row.value, what);
    }
}

BOOST_AUTO_TEST_CASE(without_a_cache_a_change_is_seen_at_once)
{
    file_tree const files;
    daemon_process const server(files.arguments({"--http-file-cache", "0"}));
    for (char const* text : {"one", "two, longer", "3"}) {
        write_file(files.root / "page.foo", text);
        BOOST_TEST(http_get(server.port("http"), "/page.foo").body == text);
    }
}

// RFC 9110, section 9.3.2: with the same fields as GET, all of them.
BOOST_AUTO_TEST_CASE(head_is_get_without_its_body)
{
    file_tree const files;
    daemon_process const server(
        files.arguments({"--http-listing", "on", "--http-cache-control", "max-age=60", "--http-error-page",
                         "404=" + (files.directory / "lost.html").string()}));
    auto const port = server.port("http");
    struct {
        char const* target;
        char const* fields;
        int status;
    } const table[] = {
        {"/page.foo", "", 200},
        {"/long.html", "Accept-Encoding: gzip\r\n", 200},
        {"/text.html", "Accept-Encoding: gzip\r\n", 200},
        {"/page.foo", "If-None-Match: *\r\n", 304},
        {"/page.foo", "If-Match: \"x\"\r\n", 412},
        {"/pub/", "", 200},
        {"/pub/", "Accept: application/json\r\n", 200},
        {"/pub?a=b", "", 301},
        {"/none", "", 404},
        {"/.hidden", "", 404},
        {"/%zz", "", 400},
        {"/page.foo", "Connection: close\r\n", 200},
        {"/page.foo", "Content-Length: 900000\r\n", 200},
        {"/page.foo", "Transfer-Encoding: gzip\r\n", 400},
    };
    BOOST_TEST(eventually([&] { // it is compressed beside
        return http_get(port, "/text.html", "Accept-Encoding: gzip\r\n").field("content-encoding") == "gzip";
    }));
    for (auto const& [target, fields, status] : table) {
        auto const get = ask(port, "GET", target, fields);
        auto const head = ask(port, "HEAD", target, fields);
        BOOST_TEST(get.status == status, target << ": " << get.status);
        BOOST_TEST(head.status == status, target << ": " << head.status);
        auto const of_get = fields_of(get);
        auto const of_head = fields_of(head);
        BOOST_TEST_REQUIRE(of_get.size() == of_head.size(), target << " " << fields);
        for (std::size_t i = 0; i < of_get.size(); ++i) {
            BOOST_TEST(of_get[i].first == of_head[i].first, target << " " << fields);
            BOOST_TEST(of_get[i].second == of_head[i].second, target << " " << fields << of_get[i].first);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_listing_shows_what_can_be_asked_for)
{
    file_tree const files;
    for (char const* name : {"new\nline", "tab\there", "escape\x1b[31m", "del\x7f", "good name", ".dot"})
        write_file(files.root / "empty" / name, "x");
    fs::create_symlink("../../outside.txt", files.root / "empty/link-out");
    daemon_process const server(files.arguments({"--http-listing", "on"}));
    auto const port = server.port("http");
    auto const page = http_get(port, "/empty/").body;
    auto const json = http_get(port, "/empty/", "Accept: application/json\r\n").body;
    for (auto const& text : {page, json}) {
        BOOST_TEST(text.find("./good%20name") != std::string::npos, text);
        for (char const* part : {"%0A", "%09", "%1B", "%7F", ".dot", "link-out"})
            BOOST_TEST(text.find(part) == std::string::npos, part);
    }
    BOOST_TEST(std::count(json.begin(), json.end(), '{') == 1);
}

BOOST_AUTO_TEST_CASE(a_listing_that_is_not_all_says_so)
{
    file_tree const files;
    constexpr int most = 20'000;
    for (int i = 0; i < most; ++i)
        write_file(files.root / "empty" / std::to_string(i), "");
    daemon_process const server(files.arguments({"--http-listing", "on"}));
    auto const port = server.port("http");
    auto const all = http_get(port, "/empty/", "Accept: application/json\r\n");
    BOOST_TEST(std::count(all.body.begin(), all.body.end(), '{') == most);
    BOOST_TEST(all.field("x-listing-truncated") == "");
    BOOST_TEST(http_get(port, "/empty/").body.find("There are more") == std::string::npos);

    write_file(files.root / "empty" / "one more", "");
    auto const cut = http_get(port, "/empty/", "Accept: application/json\r\n");
    BOOST_TEST(std::count(cut.body.begin(), cut.body.end(), '{') == most);
    BOOST_TEST(cut.field("x-listing-truncated") == "true");
    BOOST_TEST(http_get(port, "/empty/").body.find("There are more: only 20000 names are listed.") !=
               std::string::npos);
    auto const warning =
        server.log().wait_for([](log_line const& line) { return line.event() == "listing-cut"; });
    BOOST_TEST_REQUIRE(warning.has_value());
    BOOST_TEST(warning->field("path") == "/empty/");
}

BOOST_AUTO_TEST_SUITE_END()
