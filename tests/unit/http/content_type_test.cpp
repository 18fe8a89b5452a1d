// SPDX-License-Identifier: BSL-1.0
#include "services/http/content_type.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <vector>

using namespace polyport::http;

BOOST_AUTO_TEST_SUITE(content_type)

BOOST_AUTO_TEST_CASE(built_in)
{
    struct row {
        std::string_view name;
        std::string_view type;
    };
    std::vector<row> const rows = {
        {"/index.html", "text/html; charset=utf-8"},
        {"/INDEX.HTM", "text/html; charset=utf-8"},
        {"/a/b.c/style.css", "text/css; charset=utf-8"},
        {"/app.js", "text/javascript; charset=utf-8"},
        {"/app.mjs", "text/javascript; charset=utf-8"},
        {"/notes.txt", "text/plain; charset=utf-8"},
        {"/x.json", "application/json"},
        {"/x.xml", "application/xml"},
        {"/x.svg", "image/svg+xml"},
        {"/x.png", "image/png"},
        {"/x.JPeG", "image/jpeg"},
        {"/x.gif", "image/gif"},
        {"/x.avif", "image/avif"},
        {"/x.webp", "image/webp"},
        {"/x.mp3", "audio/mpeg"},
        {"/x.ogg", "audio/ogg"},
        {"/x.mp4", "video/mp4"},
        {"/x.webm", "video/webm"},
        {"/x.woff2", "font/woff2"},
        {"/x.wasm", "application/wasm"},
        {"/x.pdf", "application/pdf"},
        {"/x.tar.gz", "application/gzip"},
        {"/jquery-3.1.min.js", "text/javascript; charset=utf-8"},
        {"/x", "application/octet-stream"},
        {"/x.", "application/octet-stream"},
        {"/x.unknown", "application/octet-stream"},
        {"/d.html/x", "application/octet-stream"},
        {"/.html", "application/octet-stream"},
        {"/.profile.txt", "text/plain; charset=utf-8"},
        {"", "application/octet-stream"},
        {"/", "application/octet-stream"},
        {"/x.0123456789012345678901234567890123456789", "application/octet-stream"},
    };
    content_types const types;
    for (row const& r : rows)
        BOOST_TEST(types.find(r.name) == r.type, r.name << " → " << types.find(r.name));
}

BOOST_AUTO_TEST_CASE(additions_win)
{
    content_types types;
    types.add(".TXT", "text/x-mine");
    types.add("md", "text/html; charset=iso-8859-1");
    types.add("tar.gz", "application/x-gtar-compressed");
    types.add("xml", "text/xml");
    BOOST_TEST(types.find("a.txt") == "text/x-mine; charset=utf-8");
    BOOST_TEST(types.find("a.md") == "text/html; charset=iso-8859-1");
    BOOST_TEST(types.find("a.b.tar.gz") == "application/x-gtar-compressed");
    BOOST_TEST(types.find("a.gz") == "application/gzip");
    BOOST_TEST(types.find("a.xml") == "text/xml");
}

BOOST_AUTO_TEST_CASE(tables)
{
    content_types types;
    std::string_view const table = "# comment\n"
                                   "\n"
                                   "application/x-one\t\tone uno\r\n"
                                   "  text/x-two   TWO # due\n"
                                   "application/no-extension\n"
                                   "not a type\n"
                                   "bad/ty(pe bad\n"
                                   "/x bad\nx/ bad\n"
                                   "text/vnd.trolltech.linguist ts\n"
                                   "audio/x-last last";
    BOOST_TEST(types.add_table(table) == 4);
    BOOST_TEST(types.find("x.ts") == "video/mp2t"); // what a table says of it is outdated
    BOOST_TEST(types.find("x.one") == "application/x-one");
    BOOST_TEST(types.find("x.uno") == "application/x-one");
    BOOST_TEST(types.find("x.two") == "text/x-two; charset=utf-8");
    BOOST_TEST(types.find("x.due") == "application/octet-stream");
    BOOST_TEST(types.find("x.bad") == "application/octet-stream");
    BOOST_TEST(types.find("x.last") == "audio/x-last");
    BOOST_TEST(types.add_table("") == 0);
    BOOST_TEST(add_table_from_file(types, "/nonexistent/mime.types") == 0);
    BOOST_TEST(add_table_from_file(types, "/") == 0);
}

BOOST_AUTO_TEST_CASE(compressible)
{
    for (auto const* const type :
         {"text/html", "text/css; charset=utf-8", "TEXT/Plain", "text/javascript", "image/svg+xml",
          "application/json", "application/ld+json", "application/xhtml+xml", "application/wasm", "font/ttf",
          "application/xml;charset=utf-8", "image/bmp"})
        BOOST_TEST(is_compressible(type), type);
    for (auto const* const type : {"image/png", "image/jpeg", "video/mp4", "audio/mpeg", "font/woff2",
                                   "application/zip", "application/gzip", "application/octet-stream",
                                   "application/pdf", "text/event-stream", "text", "", "application/+xml"})
        BOOST_TEST(!is_compressible(type), type);
}

BOOST_AUTO_TEST_SUITE_END()
