// SPDX-License-Identifier: BSL-1.0
// The file server as curl sees it.
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>

using namespace polyport::integration;
namespace fs = std::filesystem;

namespace {

/// What curl made of a response.
struct curl_result {
    int exit = -1;
    std::string head; ///< of the last response, with its status line
    std::string body;
    std::string facts; ///< what --write-out said

    int status() const { return head.size() > 12 ? std::stoi(head.substr(9, 3)) : 0; }
    std::string field(std::string_view name) const
    {
        auto const at = head.find("\r\n" + std::string(name) + ": ");
        if (at == head.npos)
            return {};
        auto const begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

struct curl_site {
    temporary_directory directory;
    fs::path root = directory / "root";
    daemon_process server{arguments()};

    std::vector<std::string> arguments() const
    {
        fs::create_directories(root / "sub");
        write_file(root / "data.bin", noise(1'000'000));
        write_file(root / "page.html", page());
        write_file(root / "ready.txt", "as it is\n");
        write_file(root / "ready.txt.gz", "not really gzip\n");
        fs::last_write_time(root / "ready.txt.gz", fs::last_write_time(root / "ready.txt"));
        return {"--http", "0", "--http-root", root.string(), "--http-listing", "on"};
    }

    static std::string page()
    {
        std::string text = "<!doctype html><title>x</title>\n";
        for (int i = 0; i < 500; ++i)
            text += "<p>paragraph " + std::to_string(i) + "</p>\n";
        return text;
    }

    std::string url(std::string_view path) const
    {
        return "http://127.0.0.1:" + std::to_string(server.port("http")) + std::string(path);
    }

    curl_result curl(std::string_view path, std::vector<std::string> more = {}) const
    {
        std::string const head = (directory / "head").string();
        std::string const body = (directory / "body").string();
        fs::remove(body);
        std::vector<std::string> command{"curl", "-sS", "-D", head, "-o", body};
        command.insert(command.end(), more.begin(), more.end());
        command.push_back(url(path));
        auto const done = run(command);
        curl_result result{done.status, read_file(head), fs::exists(body) ? read_file(body) : "", done.out};
        if (auto const last = result.head.rfind("HTTP/1."); last != result.head.npos)
            result.head.erase(0, last);
        return result;
    }
};

struct curl_is_there {
    boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const
    {
        bool const there = run({"sh", "-c", "command -v curl"}).status == 0;
        if (!there)
            std::fprintf(stderr, "skipped: curl is not there; install the package curl\n");
        return there;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(http_curl, *boost::unit_test::precondition(curl_is_there()))

BOOST_AUTO_TEST_CASE(a_file_by_each_version)
{
    curl_site const site;
    for (char const* version : {"--http1.0", "--http1.1"}) {
        auto const got = site.curl("/data.bin", {version});
        BOOST_TEST(got.exit == 0);
        BOOST_TEST(got.status() == 200);
        bool const same = got.body == noise(1'000'000);
        BOOST_TEST(same);
    }
    // A client of HTTP/2 over cleartext offers an upgrade, which is passed over.
    BOOST_TEST(site.curl("/ready.txt", {"--http2"}).body == "as it is\n");
    auto const head = site.curl("/data.bin", {"--head"});
    BOOST_TEST(head.field("Content-Length") == "1000000");
}

BOOST_AUTO_TEST_CASE(one_connection_for_many_files)
{
    curl_site const site;
    auto const done = run({"curl", "-sS", "-w", "%{num_connects} ", "-o", "/dev/null", site.url("/data.bin"),
                           "-o", "/dev/null", site.url("/none"), "-o", "/dev/null", site.url("/page.html")});
    BOOST_TEST(done.out == "1 0 0 ");
}

BOOST_AUTO_TEST_CASE(ranges)
{
    curl_site const site;
    std::string const all = noise(1'000'000);
    struct {
        char const* range;
        std::size_t first;
        std::size_t size;
    } const cases[] = {{"0-0", 0, 1},
                       {"0-99", 0, 100},
                       {"500000-", 500'000, 500'000},
                       {"-7", 999'993, 7},
                       {"999999-2000000", 999'999, 1},
                       {"-5000000", 0, 1'000'000}};
    for (auto const& one : cases) {
        auto const got = site.curl("/data.bin", {"-r", one.range});
        BOOST_TEST(got.status() == 206, one.range);
        bool const same = got.body == all.substr(one.first, one.size);
        BOOST_TEST(same, one.range);
        BOOST_TEST(got.field("Content-Range") == "bytes " + std::to_string(one.first) + "-" +
                                                     std::to_string(one.first + one.size - 1) + "/1000000");
    }
    auto const beyond = site.curl("/data.bin", {"-r", "1000000-"});
    BOOST_TEST(beyond.status() == 416);
    BOOST_TEST(beyond.field("Content-Range") == "bytes */1000000");
    auto const several = site.curl("/data.bin", {"-r", "0-9,100-109,5-19"});
    BOOST_TEST(several.status() == 206);
    BOOST_TEST(several.field("Content-Type").starts_with("multipart/byteranges; boundary="));
    BOOST_TEST(several.body.find(all.substr(0, 20)) != std::string::npos); // the first and the last are one
    BOOST_TEST(several.body.find(all.substr(100, 10)) != std::string::npos);
    BOOST_TEST(several.field("Content-Length") == std::to_string(several.body.size()));
}

BOOST_AUTO_TEST_CASE(a_download_that_is_resumed)
{
    curl_site const site;
    std::string const all = noise(1'000'000);
    fs::path const file = site.directory / "resumed";
    write_file(file, all.substr(0, 300'000));
    auto const done = run({"curl", "-sS", "-C", "-", "-w", "%{http_code} %{size_download}", "-o",
                           file.string(), site.url("/data.bin")});
    BOOST_TEST(done.status == 0, done.err);
    BOOST_TEST(done.out == "206 700000");
    bool const same = read_file(file) == all;
    BOOST_TEST(same);
    // Only if it is still the same file.
    std::string const tag = site.curl("/data.bin", {"--head"}).field("ETag");
    BOOST_TEST(site.curl("/data.bin", {"-r", "5-", "-H", "If-Range: " + tag}).status() == 206);
    BOOST_TEST(site.curl("/data.bin", {"-r", "5-", "-H", "If-Range: \"other\""}).status() == 200);
}

BOOST_AUTO_TEST_CASE(conditions)
{
    curl_site const site;
    auto const first = site.curl("/page.html");
    std::string const tag = first.field("ETag");
    std::string const date = first.field("Last-Modified");
    BOOST_TEST(tag.starts_with('"'));
    struct {
        std::vector<std::string> fields;
        int status;
    } const cases[] = {
        {{"If-None-Match: " + tag}, 304},
        {{"If-None-Match: W/" + tag}, 304},
        {{"If-None-Match: \"a\", " + tag}, 304},
        {{"If-None-Match: *"}, 304},
        {{"If-None-Match: \"a\""}, 200},
        {{"If-Match: " + tag}, 200},
        {{"If-Match: W/" + tag}, 412},
        {{"If-Match: \"a\""}, 412},
        {{"If-Modified-Since: " + date}, 304},
        {{"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"}, 200},
        {{"If-Unmodified-Since: " + date}, 200},
        {{"If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"}, 412},
        // RFC 9110 section 13.2.2: a tag decides over a date.
        {{"If-None-Match: \"a\"", "If-Modified-Since: " + date}, 200},
        {{"If-Match: " + tag, "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"}, 200},
    };
    for (auto const& one : cases) {
        std::vector<std::string> options;
        for (auto const& field : one.fields)
            options.insert(options.end(), {"-H", field});
        auto const got = site.curl("/page.html", options);
        BOOST_TEST(got.status() == one.status, one.fields.front());
        if (one.status == 304) {
            BOOST_TEST(got.body.empty());
            BOOST_TEST(got.field("ETag") == tag);
        }
    }
    // curl's own: it keeps the tag and asks with it.
    std::string const kept = (site.directory / "tag").string();
    site.curl("/page.html", {"--etag-save", kept});
    BOOST_TEST(site.curl("/page.html", {"--etag-compare", kept}).status() == 304);
    // And the file's time.
    std::string const copy = (site.directory / "copy").string();
    run({"curl", "-sS", "-R", "-o", copy, site.url("/page.html")});
    BOOST_TEST(site.curl("/page.html", {"-z", copy}).status() == 304);
}

BOOST_AUTO_TEST_CASE(compression)
{
    curl_site const site;
    std::string const page = curl_site::page();
    auto const plain = site.curl("/page.html");
    BOOST_TEST(plain.body == page);
    for (char const* coding : {"gzip", "br", "zstd"}) {
        // The first answer may be plain: compressing goes on beside.
        curl_result got;
        BOOST_TEST(eventually([&] {
                       got = site.curl("/page.html", {"-H", std::string("Accept-Encoding: ") + coding});
                       return got.field("Content-Encoding") == coding;
                   }),
                   coding);
        BOOST_TEST(got.body.size() < page.size() / 4);
        BOOST_TEST(got.field("Vary").find("Accept-Encoding") != std::string::npos);
        BOOST_TEST(got.field("ETag") != plain.field("ETag"));
        // A range is of the file itself.
        auto const range =
            site.curl("/page.html", {"-r", "0-9", "-H", std::string("Accept-Encoding: ") + coding});
        BOOST_TEST(range.body == page.substr(0, 10));
        BOOST_TEST(range.field("Content-Encoding") == "");
    }
    BOOST_TEST(site.curl("/page.html", {"--compressed"}).body == page);
    BOOST_TEST(site.curl("/page.html", {"-H", "Accept-Encoding: gzip;q=0, identity"}).body == page);
    // A neighbour that is there already.
    BOOST_TEST(site.curl("/ready.txt", {"-H", "Accept-Encoding: gzip"}).body == "not really gzip\n");
    BOOST_TEST(site.curl("/ready.txt", {"-H", "Accept-Encoding: br"}).body == "as it is\n");
    // What is compressed already is not compressed again.
    BOOST_TEST(site.curl("/data.bin", {"-H", "Accept-Encoding: gzip"}).field("Content-Encoding") == "");
}

BOOST_AUTO_TEST_CASE(directories)
{
    curl_site const site;
    write_file(site.root / "sub/a b<&>\".txt", "odd");
    auto const redirected = site.curl("/sub?a=b");
    BOOST_TEST(redirected.status() == 301);
    BOOST_TEST(redirected.field("Location") == "/sub/?a=b");
    auto const page = site.curl("/sub", {"-L"});
    BOOST_TEST(page.status() == 200);
    BOOST_TEST(page.body.find("a b&lt;&amp;&gt;&quot;.txt") != std::string::npos, page.body);
    BOOST_TEST(page.body.find("a%20b%3C%26%3E%22.txt") != std::string::npos, page.body);
    BOOST_TEST(site.curl("/sub/a%20b%3C&%3E%22.txt").body == "odd");
    auto const listed = site.curl("/sub/", {"-H", "Accept: application/json"});
    BOOST_TEST(listed.field("Content-Type").starts_with("application/json"));
    BOOST_TEST(listed.body.find("\"a b\\u003c&>\\\".txt\"") != std::string::npos, listed.body);
}

BOOST_AUTO_TEST_CASE(methods)
{
    curl_site const site;
    auto const options = site.curl("/page.html", {"-X", "OPTIONS"});
    BOOST_TEST(options.status() == 204);
    BOOST_TEST(options.field("Allow") == "GET, HEAD, OPTIONS");
    auto const put = site.curl("/page.html", {"-X", "PUT", "-d", "x"});
    BOOST_TEST(put.status() == 405);
    BOOST_TEST(put.field("Allow") == "GET, HEAD, OPTIONS");
    BOOST_TEST(site.curl("/page.html", {"-X", "BREW"}).status() == 501);
    auto const trace = site.curl("/page.html", {"-X", "TRACE"});
    BOOST_TEST(trace.status() == 405);
    BOOST_TEST(trace.field("Allow") == "GET, HEAD, OPTIONS"); // what this file can do (RFC 9110, 15.5.6)
    BOOST_TEST(site.curl("/none", {"-X", "TRACE"}).status() == 404);
    // An upload that nobody wants: curl reads the answer, though it is not done with sending.
    std::string const file = (site.directory / "upload").string();
    write_file(file, noise(10'000'000));
    auto const upload = site.curl("/page.html", {"-T", file});
    BOOST_TEST(upload.status() == 405, upload.exit << upload.head);
    BOOST_TEST(
        site.curl("/page.html", {"--max-time", "20", "-H", "Expect:", "-d", "@" + file}).status() / 100 == 4);
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_is_served_anew_within_a_second)
{
    curl_site const site;
    fs::path const file = site.root / "news.txt";
    write_file(file, "old\n");
    BOOST_TEST(site.curl("/news.txt").body == "old\n");
    write_file(file, "new, and longer\n");
    BOOST_TEST(
        eventually([&] { return site.curl("/news.txt").body == "new, and longer\n"; }, milliseconds(2500)));
    fs::remove(file);
    BOOST_TEST(eventually([&] { return site.curl("/news.txt").status() == 404; }, milliseconds(2500)));
}

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_while_it_is_sent_ends_the_connection_alone)
{
    curl_site const site;
    fs::path const file = site.root / "shrinks.bin";
    write_file(file, std::string(64U << 20, 'x'));
    auto const client = connect_tcp(site.server.port("http"));
    send_all(client, get_request("/shrinks.bin"));
    receive_until(client, "\r\n\r\n");
    fs::resize_file(file, 1'000'000);
    std::size_t got = 0;
    for (std::string some; !(some = receive_some(client)).empty();)
        got += some.size();
    BOOST_TEST(got < (64U << 20));
    BOOST_TEST(site.curl("/page.html").status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()
