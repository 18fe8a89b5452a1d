// SPDX-License-Identifier: BSL-1.0
#include "services/http/listing.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace polyport::http;

namespace {

std::vector<listing_entry> sample()
{
    return {{"b.txt", false, 300, 10},
            {"A.txt", false, 20, 30},
            {"z", true, 4096, 20},
            {"c.txt", false, 20, 20},
            {"Dir", true, 4096, 40}};
}

std::string order_of(std::string_view query)
{
    auto entries = sample();
    sort_listing(entries, parse_listing_order(query));
    std::string names;
    for (auto const& entry : entries)
        names.append(names.empty() ? "" : " ").append(entry.name);
    return names;
}

bool has(std::string const& page, std::string_view part)
{
    return page.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(listing)

BOOST_AUTO_TEST_CASE(orders)
{
    BOOST_TEST(order_of("") == "Dir z A.txt b.txt c.txt");
    BOOST_TEST(order_of("sort=name") == "Dir z A.txt b.txt c.txt");
    BOOST_TEST(order_of("sort=name&order=desc") == "z Dir c.txt b.txt A.txt");
    BOOST_TEST(order_of("order=desc") == "z Dir c.txt b.txt A.txt");
    BOOST_TEST(order_of("sort=size") == "Dir z A.txt c.txt b.txt");
    BOOST_TEST(order_of("sort=size&order=desc") == "Dir z b.txt A.txt c.txt");
    BOOST_TEST(order_of("sort=time") == "z Dir b.txt c.txt A.txt");
    BOOST_TEST(order_of("order=desc&sort=time") == "Dir z A.txt c.txt b.txt");
    BOOST_TEST(order_of("order=desc&sort=time&order=asc") == "z Dir b.txt c.txt A.txt");
    for (auto const* const odd :
         {"sort=", "sort=colour", "sort", "&&&", "x=y&sort=<b>", "order=up", "sort=namex"})
        BOOST_TEST((parse_listing_order(odd) == listing_order{}), odd);
}

BOOST_AUTO_TEST_CASE(page)
{
    std::vector<listing_entry> const entries = {
        {"a dir", true, 0, 0},
        {"<script>alert(1)</script>", false, 1536, 784111777},
        {"\"quoted\" & 'co", false, 5, 0},
        {"javascript:alert(1)", false, 0, 0},
        {"bad\xff\nname", false, 0, 0},
        {"100%?#", false, 0, 0},
    };
    std::string const html = listing_html("/pub/<x>/", {entries}, {listing_column::size, true});
    BOOST_TEST(has(html, "<title>/pub/&lt;x&gt;/</title>"));
    BOOST_TEST(has(html, "<h1><a href=\"../../\">/</a><a href=\"../\">pub/</a>&lt;x&gt;/</h1>"));
    BOOST_TEST(has(html, "<a href=\"../\">../</a>"));
    BOOST_TEST(has(html, "<a href=\"./a%20dir/\">a dir/</a>"));
    BOOST_TEST(has(html, "<a href=\"./%3Cscript%3Ealert%281%29%3C%2Fscript%3E\">&lt;script&gt;alert(1)"));
    BOOST_TEST(has(html, "title=\"1536 bytes\">1.5 KiB</td>"));
    BOOST_TEST(has(html, "<time datetime=\"1994-11-06T08:49:37Z\">1994-11-06 08:49</time>"));
    BOOST_TEST(has(html, "<a href=\"./%22quoted%22%20%26%20%27co\">&quot;quoted&quot; &amp; &#39;co</a>"));
    BOOST_TEST(has(html, "<a href=\"./javascript%3Aalert%281%29\">"));
    BOOST_TEST(has(html, "<a href=\"./bad%FF%0Aname\">bad\xef\xbf\xbd\xef\xbf\xbdname</a>"));
    BOOST_TEST(has(html, "<a href=\"./100%25%3F%23\">100%?#</a>"));
    BOOST_TEST(!has(html, "<script"));
    // The column in use offers the other direction.
    BOOST_TEST(has(html, "<th aria-sort=\"descending\"><a href=\"?sort=size&amp;order=asc\">Size"));
    BOOST_TEST(has(html, "<th><a href=\"?sort=name&amp;order=asc\">Name</a>"));
}

BOOST_AUTO_TEST_CASE(the_root_has_no_parent)
{
    std::string const html = listing_html("/", {}, {});
    BOOST_TEST(has(html, "<h1>/</h1>"));
    BOOST_TEST(!has(html, "../"));
    BOOST_TEST(has(html, "empty"));
    BOOST_TEST(has(html, "<th aria-sort=\"ascending\"><a href=\"?sort=name&amp;order=desc\">Name"));
}

BOOST_AUTO_TEST_CASE(a_page_that_is_not_all_says_so)
{
    BOOST_TEST(has(listing_html("/", {sample(), true}, {}), "There are more: only 5 names are listed."));
    BOOST_TEST(!has(listing_html("/", {sample()}, {}), "more"));
}

BOOST_AUTO_TEST_CASE(json)
{
    BOOST_TEST(listing_json({}) == "[\n]\n");
    BOOST_TEST(
        listing_json({{{"a\"b\xff", false, 7, 784111777}, {"d", true, 4096, 0}}}) ==
        "[\n{\"name\":\"a\\\"b\xef\xbf\xbd\",\"type\":\"file\",\"mtime\":\"Sun, 06 Nov 1994 08:49:37 GMT\","
        "\"size\":7,\"href\":\"./a%22b%FF\"},\n"
        "{\"name\":\"d\",\"type\":\"directory\",\"mtime\":\"Thu, 01 Jan 1970 00:00:00 GMT\","
        "\"href\":\"./d/\"}\n]\n");
}

BOOST_AUTO_TEST_CASE(sizes)
{
    BOOST_TEST(readable_size(0) == "0 B");
    BOOST_TEST(readable_size(999) == "999 B");
    BOOST_TEST(readable_size(1023) == "1023 B");
    BOOST_TEST(readable_size(1024) == "1.0 KiB");
    BOOST_TEST(readable_size(1536) == "1.5 KiB");
    BOOST_TEST(readable_size(10239) == "9.9 KiB");
    BOOST_TEST(readable_size(10240) == "10 KiB");
    BOOST_TEST(readable_size(999 * 1024ULL) == "999 KiB");
    BOOST_TEST(readable_size(1000 * 1024ULL) == "0.9 MiB");
    BOOST_TEST(readable_size(1ULL << 20) == "1.0 MiB");
    BOOST_TEST(readable_size(UINT64_MAX) == "15 EiB");
}

BOOST_AUTO_TEST_SUITE_END()
