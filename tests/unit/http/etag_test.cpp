// SPDX-License-Identifier: BSL-1.0
#include "services/http/etag.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::http;

namespace {

std::string take(std::string_view text)
{
    auto const tag = take_entity_tag(text);
    if (!tag)
        return "none|" + std::string(text);
    return (tag->weak ? "weak:" : "strong:") + std::string(tag->opaque) + "|" + std::string(text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(etag)

BOOST_AUTO_TEST_CASE(taking)
{
    BOOST_TEST(take("\"a\"") == "strong:a|");
    BOOST_TEST(take("W/\"a\", \"b\"") == "weak:a|, \"b\"");
    BOOST_TEST(take("\"\"") == "strong:|");
    BOOST_TEST(take("\"a,b\\\xff\"x") == "strong:a,b\\\xff|x");
    for (std::string const bad : {"", "\"", "a", "\"a", "a\"", "w/\"a\"", "W/", "W/a", "W\"a\"", "W/ \"a\"",
                                  "\"a b\"", "\"a\tb\"", "\"a\x7f\"", "*", " \"a\"", "'a'"})
        BOOST_TEST(take(bad) == "none|" + bad);
}

BOOST_AUTO_TEST_CASE(comparing) // the table of RFC 9110 section 8.8.3.2
{
    auto const both = [](entity_tag a, entity_tag b) {
        return std::string(match_strongly(a, b) ? "s" : "-") + (match_weakly(a, b) ? "w" : "-");
    };
    BOOST_TEST(both({"1", true}, {"1", true}) == "-w");
    BOOST_TEST(both({"1", true}, {"2", true}) == "--");
    BOOST_TEST(both({"1", true}, {"1", false}) == "-w");
    BOOST_TEST(both({"1", false}, {"1", false}) == "sw");
}

BOOST_AUTO_TEST_CASE(lists)
{
    struct row {
        std::string_view list;
        bool strong;
        bool weak;
    };
    std::vector<row> const rows = {
        {"\"a\"", true, true},
        {"W/\"a\"", false, true},
        {"\"b\", \"a\"", true, true},
        {"\"b\",\"a\"", true, true},
        {" , ,\"b\" ,\t\"a\" , ", true, true},
        {"\"b\", W/\"a\"", false, true},
        {"\"b\"", false, false},
        {"", false, false},
        {",", false, false},
        {"a", false, false},
        {"*", false, false},
        {"\"A\"", false, false},
        {"b, \"a\"", false, false},
        {"\"b\" \"a\"", false, false},
        {"\"b\"\"a\"", false, false},
        {"\"a\"x", false, false},
        {"\"b\\\", \"a\"", true, true}, // the backslash is no escape
        {"\"b,\"a\"", false, false},
    };
    for (row const& r : rows) {
        BOOST_TEST(list_matches(r.list, {"a", false}, match_strongly) == r.strong, r.list);
        BOOST_TEST(list_matches(r.list, {"a", false}, match_weakly) == r.weak, r.list);
        BOOST_TEST(!list_matches(r.list, {"a", true}, match_strongly), r.list);
    }
}

BOOST_AUTO_TEST_CASE(making)
{
    std::set<std::string> seen;
    for (std::uint64_t inode : {0U, 1U, 2U, 64U})
        for (std::uint64_t size : {0U, 1U, 2U, 64U})
            for (std::int64_t modified : {-1, 0, 1, 2, 64}) {
                std::string const tag = make_etag(inode, size, modified);
                BOOST_TEST(tag == make_etag(inode, size, modified));
                BOOST_TEST(seen.insert(tag).second, inode << " " << size << " " << modified);
                BOOST_TEST(tag.size() == 13U);
                BOOST_TEST(take(tag) == "strong:" + tag.substr(1, 11) + "|");
                BOOST_TEST(make_etag(inode, size, modified, "gzip") == tag.substr(0, 12) + ".gzip\"");
            }
    // It stays what it is from one version of the daemon to the next: what caches hold remains good.
    BOOST_TEST(make_etag(1, 2, 3, "zstd") == "\"zK249D1RzBN.zstd\"");
}

BOOST_AUTO_TEST_SUITE_END()
