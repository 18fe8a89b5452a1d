// SPDX-License-Identifier: BSL-1.0
// A file and its forms: precompressed neighbours, parts, and what becomes of them when the disk changes.
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

// A file that changes is served anew within a second; and the machine may be busy.
constexpr milliseconds soon{5000};

struct site {
    temporary_directory directory;
    fs::path root = directory / "root";
    daemon_process server{arguments()};

    std::vector<std::string> arguments() const
    {
        fs::create_directories(root);
        return {"--http", "0", "--http-root", root.string()};
    }
    void add(std::string const& name, std::string_view content, int seconds_older = 0) const
    {
        write_file(root / name, content);
        if (seconds_older != 0)
            fs::last_write_time(root / name,
                                fs::file_time_type::clock::now() - std::chrono::seconds(seconds_older));
    }
    http_reply get(std::string_view target, std::string_view codings = {}, std::string_view more = {}) const
    {
        std::string fields(more);
        if (!codings.empty())
            fields.append("Accept-Encoding: ").append(codings).append("\r\n");
        return http_get(server.port("http"), target, fields);
    }
};

struct part {
    std::string type;
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t whole = 0;
    std::string bytes;
};

/// Takes text off the front up to `end`, which must be there.
std::string take(std::string_view& text, std::string_view end)
{
    auto const at = text.find(end);
    if (at == text.npos)
        throw std::runtime_error("no multipart: '" + std::string(end) + "' is missing");
    std::string taken(text.substr(0, at));
    text.remove_prefix(at + end.size());
    return taken;
}

/// RFC 2046, section 5.1.1, as strictly as it reads: every part has a length of its own to be checked by.
std::vector<part> read_parts(http_reply const& reply)
{
    std::string const type = reply.field("content-type");
    constexpr std::string_view begin = "multipart/byteranges; boundary=";
    if (!type.starts_with(begin))
        throw std::runtime_error("no multipart: " + type);
    std::string const delimiter = "\r\n--" + type.substr(begin.size());
    std::string const whole = "\r\n" + reply.body; // before the first one the line end may be left out
    std::string_view text = whole;
    if (!take(text, delimiter).empty())
        throw std::runtime_error("something stands before the first part");
    std::vector<part> parts;
    while (!text.starts_with("--")) {
        if (!take(text, "\r\n").empty())
            throw std::runtime_error("something stands behind a delimiter");
        part next;
        for (std::string line; !(line = take(text, "\r\n")).empty();) {
            if (line.starts_with("Content-Type: "))
                next.type = line.substr(14);
            else if (std::sscanf(line.c_str(), "Content-Range: bytes %zu-%zu/%zu", &next.first, &next.last,
                                 &next.whole) != 3)
                throw std::runtime_error("an unknown field of a part: " + line);
        }
        next.bytes = take(text, delimiter);
        parts.push_back(std::move(next));
    }
    if (text != "--\r\n" && text != "--")
        throw std::runtime_error("something stands behind the last part");
    return parts;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_forms)

BOOST_AUTO_TEST_CASE(the_best_neighbour_goes_to_who_takes_it)
{
    site const site;
    site.add("page.html", "<p>plain", 5);
    site.add("page.html.br", "as br");
    site.add("page.html.zst", "as zstd");
    site.add("page.html.gz", "as gzip");
    struct {
        char const* accepts;
        char const* coding;
        char const* body;
    } const table[] = {
        {"", "", "<p>plain"},
        {"gzip, br, zstd", "br", "as br"},
        {"gzip, zstd", "zstd", "as zstd"},
        {"gzip", "gzip", "as gzip"},
        {"x-gzip;q=0.5, GZIP", "gzip", "as gzip"},
        {"br;q=0.1, gzip;q=0.9", "gzip", "as gzip"},
        {"br;q=0, zstd;q=0, gzip;q=0.001", "gzip", "as gzip"},
        {"identity", "", "<p>plain"},
        {"gzip;q=0.5, identity;q=0.6", "", "<p>plain"},
        {"deflate", "", "<p>plain"},
        {"br;q=0, zstd;q=0, gzip;q=0", "", "<p>plain"},
    };
    for (auto const& row : table) {
        auto const got = site.get("/page.html", row.accepts);
        BOOST_TEST(got.status == 200);
        BOOST_TEST(got.body == row.body, row.accepts);
        BOOST_TEST(got.field("content-encoding") == row.coding, row.accepts);
        BOOST_TEST(got.field("content-type") == "text/html; charset=utf-8");
        BOOST_TEST(got.field("vary") == "Accept-Encoding");
        // Each form has a tag of its own, which counts for that form alone.
        auto const tag = "If-None-Match: " + got.field("etag") + "\r\n";
        auto const again = site.get("/page.html", row.accepts, tag);
        BOOST_TEST(again.status == 304, row.accepts);
        BOOST_TEST(again.field("etag") == got.field("etag"));
        BOOST_TEST(again.field("vary") == "Accept-Encoding");
        BOOST_TEST(site.get("/page.html", "identity", tag).status == (*row.coding == '\0' ? 304 : 200));
        BOOST_TEST(site.get("/page.html", "br", tag).status == (row.coding == std::string("br") ? 304 : 200));
    }
}

BOOST_AUTO_TEST_CASE(a_neighbour_that_does_not_fit_is_left_alone)
{
    site const site;
    write_file(site.directory / "secret", "secret");
    site.add("old.txt", "new text", 5);
    site.add("old.txt.gz", "of the old text", 6);
    site.add("folder.txt", "text");
    fs::create_directories(site.root / "folder.txt.gz");
    site.add("link.txt", "text");
    fs::create_symlink("../secret", site.root / "link.txt.gz");
    for (char const* target : {"/old.txt", "/folder.txt", "/link.txt"}) {
        auto const got = site.get(target, "gzip");
        BOOST_TEST(got.status == 200);
        BOOST_TEST(got.field("content-encoding") == "", target);
        BOOST_TEST(got.body.ends_with("text"), target);
    }
}

// Smaller than what is kept in memory, and larger: then the same open file has got other bytes.
BOOST_AUTO_TEST_CASE(a_neighbour_that_changes_is_seen_within_a_second)
{
    site const site;
    std::string const large = noise(200'000);
    for (char const* name : {"small.html", "large.html", "gone.html", "new.html"})
        site.add(name, "<p>plain", 5);
    site.add("small.html.gz", "first");
    site.add("large.html.gz", large);
    site.add("gone.html.gz", "first");
    BOOST_TEST(site.get("/small.html", "gzip").body == "first");
    bool const same = site.get("/large.html", "gzip").body == large;
    BOOST_TEST(same);
    BOOST_TEST(site.get("/gone.html", "gzip").body == "first");
    BOOST_TEST(site.get("/new.html", "gzip").body == "<p>plain");

    site.add("small.html.gz", "second");
    site.add("large.html.gz", noise(1000, 7));
    fs::remove(site.root / "gone.html.gz");
    site.add("new.html.gz", "first");
    auto const becomes = [&](char const* target, std::string const& body) {
        return eventually(
            [&] {
                try {
                    return site.get(target, "gzip").body == body;
                } catch (std::exception const&) { // within the second, the length that was promised
                    return false;
                }
            },
            soon);
    };
    BOOST_TEST(becomes("/small.html", "second"));
    BOOST_TEST(becomes("/large.html", noise(1000, 7)));
    BOOST_TEST(becomes("/gone.html", "<p>plain"));
    BOOST_TEST(becomes("/new.html", "first"));
    BOOST_TEST(site.get("/large.html", "gzip").field("content-length") == "1000");
}

BOOST_AUTO_TEST_CASE(a_file_that_has_shrunk_is_looked_at_again_at_once)
{
    site const site;
    site.add("shrinks.bin", noise(200'000));
    BOOST_TEST(site.get("/shrinks.bin").body.size() == 200'000U);
    fs::resize_file(site.root / "shrinks.bin", 1000);
    try {
        static_cast<void>(site.get("/shrinks.bin")); // it may have been a second ago
    } catch (std::exception const&) {
        BOOST_TEST(site.server.log().wait_for_count("closed", 2));
    }
    BOOST_TEST(site.get("/shrinks.bin").body.size() == 1000U);
}

BOOST_AUTO_TEST_CASE(a_download_of_a_neighbour_can_be_resumed)
{
    site const site;
    site.add("data.txt", "the file as it is", 5);
    site.add("data.txt.gz", "0123456789");
    auto const plain = site.get("/data.txt").field("etag");
    auto const coded = site.get("/data.txt", "gzip").field("etag");
    struct {
        char const* accepts;
        std::string condition;
        int status;
        char const* body;
        char const* coding;
        char const* range;
    } const table[] = {
        {"gzip", coded, 206, "456789", "gzip", "bytes 4-9/10"},
        {"br, gzip;q=0.1", coded, 206, "456789", "gzip", "bytes 4-9/10"},
        {"", coded, 200, "the file as it is", "", ""}, // it does not take that form
        {"gzip;q=0", coded, 200, "the file as it is", "", ""},
        {"gzip", plain, 206, "file as it is", "", "bytes 4-16/17"},
        {"", plain, 206, "file as it is", "", "bytes 4-16/17"},
        {"gzip", "W/" + coded, 200, "the file as it is", "", ""},
        {"gzip", "\"none\"", 200, "the file as it is", "", ""},
    };
    for (auto const& row : table) {
        auto const got =
            site.get("/data.txt", row.accepts, "Range: bytes=4-\r\nIf-Range: " + row.condition + "\r\n");
        BOOST_TEST(got.status == row.status, row.accepts << ", " << row.condition);
        BOOST_TEST(got.body == row.body);
        BOOST_TEST(got.field("content-encoding") == row.coding);
        BOOST_TEST(got.field("content-range") == row.range);
    }
}

BOOST_AUTO_TEST_CASE(several_parts_are_what_they_say)
{
    site const site;
    site.add("small.txt", noise(2000, 2), 5);
    site.add("small.txt.gz", noise(900, 3));
    site.add("large.bin", noise(300'000, 4));
    auto const coded = site.get("/small.txt", "gzip").field("etag");
    struct {
        char const* target;
        std::string fields;
        std::string bytes;
        std::string type;
        std::vector<std::pair<std::size_t, std::size_t>> parts;
    } const table[] = {
        {"/small.txt",
         "Range: bytes=0-0,100-199,-1\r\n",
         noise(2000, 2),
         "text/plain; charset=utf-8",
         {{0, 0}, {100, 199}, {1999, 1999}}},
        // What overlaps or touches is one; and they come in the order asked for.
        {"/small.txt",
         "Range: bytes=500-599,0-9,5-19,20-29\r\n",
         noise(2000, 2),
         "text/plain; charset=utf-8",
         {{500, 599}, {0, 29}}},
        {"/small.txt",
         "Range: bytes=1-2,4-5\r\nAccept-Encoding: gzip\r\nIf-Range: " + coded + "\r\n",
         noise(900, 3),
         "text/plain; charset=utf-8",
         {{1, 2}, {4, 5}}},
        {"/large.bin",
         "Range: bytes=0-99999,200000-\r\n",
         noise(300'000, 4),
         "application/octet-stream",
         {{0, 99'999}, {200'000, 299'999}}},
    };
    for (auto const& row : table) {
        auto const reply = http_get(site.server.port("http"), row.target, row.fields);
        BOOST_TEST(reply.status == 206);
        BOOST_TEST(reply.field("x-content-type-options") == "nosniff");
        BOOST_TEST(reply.field("accept-ranges") == "bytes");
        BOOST_TEST(reply.count("content-range") == 0U); // RFC 9110, section 15.3.7.2
        auto const parts = read_parts(reply);
        BOOST_TEST_REQUIRE(parts.size() == row.parts.size(), row.fields);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            auto const [first, last] = row.parts[i];
            BOOST_TEST(parts[i].first == first);
            BOOST_TEST(parts[i].last == last);
            BOOST_TEST(parts[i].whole == row.bytes.size());
            BOOST_TEST(parts[i].type == row.type);
            bool const same = parts[i].bytes == row.bytes.substr(first, last - first + 1);
            BOOST_TEST(same, row.fields);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
