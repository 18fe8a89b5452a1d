// SPDX-License-Identifier: BSL-1.0
#include "services/http/byte_range.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::http;

namespace {

std::string judge(std::string_view field, std::uint64_t size, std::size_t most = 128)
{
    std::vector<byte_range> ranges{{1, 2}};
    switch (parse_ranges(field, size, most, ranges)) {
    case range_verdict::whole:
        return "whole";
    case range_verdict::unsatisfiable:
        return "416";
    case range_verdict::partial:
        break;
    }
    std::string text;
    for (byte_range const range : ranges)
        text.append(text.empty() ? "" : " ")
            .append(std::to_string(range.first) + "-" + std::to_string(range.last));
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(byte_range)

BOOST_AUTO_TEST_CASE(verdicts)
{
    struct row {
        std::string_view field;
        std::string_view of_100;
        std::string_view of_0;
    };
    std::vector<row> const rows = {
        {"bytes=0-0", "0-0", "416"},
        {"bytes=0-99", "0-99", "416"},
        {"bytes=0-", "0-99", "416"},
        {"bytes=10-19", "10-19", "416"},
        {"bytes=90-", "90-99", "416"},
        {"bytes=90-1000", "90-99", "416"},
        {"bytes=99-99", "99-99", "416"},
        {"bytes=100-", "416", "416"},
        {"bytes=100-200", "416", "416"},
        {"bytes=-1", "99-99", "whole"},
        {"bytes=-100", "0-99", "whole"},
        {"bytes=-1000", "0-99", "whole"},
        {"bytes=-0", "416", "416"},
        {"bytes=-00", "416", "416"},
        {"BYTES=0-1", "0-1", "416"},
        {"bytes=007-008", "7-8", "416"},
        {"bytes=0-18446744073709551615", "0-99", "416"},
        {"bytes=0-18446744073709551616", "0-99", "416"},
        {"bytes=0-99999999999999999999999999", "0-99", "416"},
        {"bytes=99999999999999999999999999-", "416", "416"},
        {"bytes=-99999999999999999999999999", "0-99", "whole"},
        // Several.
        {"bytes=0-1,10-11", "0-1 10-11", "416"},
        {"bytes=0-1, 10-11 ,\t-1", "0-1 10-11 99-99", "whole"},
        {"bytes=10-11,0-1", "10-11 0-1", "416"},
        {"bytes=0-1,,10-11,", "0-1 10-11", "416"},
        {"bytes=0-1,100-200", "0-1", "416"},
        {"bytes=100-,200-", "416", "416"},
        {"bytes=0-1,-0", "0-1", "416"},
        {"bytes=-1,5-6", "99-99 5-6", "whole"},
        // Merged, in the place of the first.
        {"bytes=0-9,5-14", "0-14", "416"},
        {"bytes=0-9,10-14", "0-14", "416"},
        {"bytes=10-14,0-9", "0-14", "416"},
        {"bytes=0-9,11-14", "0-9 11-14", "416"},
        {"bytes=0-9,0-9,0-9", "0-9", "416"},
        {"bytes=0-,0-,-1", "0-99", "whole"},
        {"bytes=50-59,0-9,20-29,9-20", "50-59 0-29", "416"},
        {"bytes=0-9,50-59,20-29,60-69,10-19", "0-29 50-69", "416"},
        {"bytes=30-39,10-19,50-59,0-99", "0-99", "416"},
        // Not ours to read: ignored.
        {"", "whole", "whole"},
        {"bytes", "whole", "whole"},
        {"bytes=", "whole", "whole"},
        {"bytes=,", "whole", "whole"},
        {"bytes 0-1", "whole", "whole"},
        {"bytes =0-1", "whole", "whole"},
        {"items=0-1", "whole", "whole"},
        {"bytes=a-b", "whole", "whole"},
        {"bytes=0", "whole", "whole"},
        {"bytes=-", "whole", "whole"},
        {"bytes=--1", "whole", "whole"},
        {"bytes=0--1", "whole", "whole"},
        {"bytes=1-0", "whole", "whole"},
        {"bytes=101-100", "whole", "whole"},
        {"bytes=+0-1", "whole", "whole"},
        {"bytes=0-+1", "whole", "whole"},
        {"bytes=0x0-1", "whole", "whole"},
        {"bytes=0 - 1", "whole", "whole"},
        {"bytes=0-1-2", "whole", "whole"},
        {"bytes=0-1;5-6", "whole", "whole"},
        {"bytes=0-1,x", "whole", "whole"},
        {"bytes=0-1 5-6", "whole", "whole"},
        {"bytes=\"0-1\"", "whole", "whole"},
    };
    for (row const& r : rows) {
        BOOST_TEST(judge(r.field, 100) == r.of_100, r.field << " → " << judge(r.field, 100));
        BOOST_TEST(judge(r.field, 0) == r.of_0, r.field << " → " << judge(r.field, 0));
    }
    BOOST_TEST(judge("bytes=0-,18446744073709551613-", UINT64_MAX) == "0-18446744073709551614");
}

BOOST_AUTO_TEST_CASE(too_many_are_ignored)
{
    BOOST_TEST(judge("bytes=0-0,2-2,4-4", 100, 3) == "0-0 2-2 4-4");
    BOOST_TEST(judge("bytes=0-0,2-2,4-4,6-6", 100, 3) == "whole");
    BOOST_TEST(judge("bytes=0-0,0-0,0-0,0-0", 100, 3) == "whole"); // counted before they are merged
}

// Oracle: a picture of the representation, one flag a byte.
BOOST_AUTO_TEST_CASE(agrees_with_a_picture)
{
    std::mt19937 random(4);
    for (int round = 0; round < 50000; ++round) {
        std::uint64_t const size = random() % 30;
        std::string field = "bytes=";
        std::vector<bool> picture(size);
        bool any = false;
        bool suffix_of_nothing = false;
        for (auto count = 1 + random() % 6; count-- > 0;) {
            std::uint64_t first = random() % 35;
            std::uint64_t last = first + random() % 12;
            switch (random() % 3) {
            case 0:
                field += std::to_string(first) + "-" + std::to_string(last) + ",";
                break;
            case 1:
                field += std::to_string(first) + "-,";
                last = 1000;
                break;
            default:
                field += "-" + std::to_string(first) + ",";
                suffix_of_nothing = suffix_of_nothing || (size == 0 && first > 0);
                last = first == 0 ? 0 : 1000;
                first = first == 0 ? 1000 : size - std::min(size, first);
            }
            for (std::uint64_t i = first; i < size && i <= last; ++i)
                any = picture[i] = true;
        }
        std::vector<polyport::http::byte_range> ranges;
        range_verdict const verdict = parse_ranges(field, size, 128, ranges);
        BOOST_TEST_CONTEXT(field << " of " << size)
        {
            if (suffix_of_nothing) {
                BOOST_TEST_REQUIRE((verdict == range_verdict::whole));
                continue;
            }
            BOOST_TEST_REQUIRE((verdict == (any ? range_verdict::partial : range_verdict::unsatisfiable)));
            std::vector<bool> drawn(size);
            for (auto const range : ranges) {
                BOOST_TEST_REQUIRE(range.first <= range.last);
                BOOST_TEST_REQUIRE(range.last < size);
                // Neither overlapping nor touching another one.
                BOOST_TEST_REQUIRE((range.first == 0 || !drawn[range.first - 1]));
                BOOST_TEST_REQUIRE((range.last + 1 == size || !drawn[range.last + 1]));
                for (std::uint64_t i = range.first; i <= range.last; ++i) {
                    BOOST_TEST_REQUIRE(!drawn[i]);
                    drawn[i] = true;
                }
            }
            BOOST_TEST_REQUIRE((drawn == picture));
        }
    }
}

BOOST_AUTO_TEST_CASE(framing)
{
    BOOST_TEST(content_range({0, 9}, 100) == "bytes 0-9/100");
    BOOST_TEST(unsatisfied_range(100) == "bytes */100");
    multipart_ranges const parts("XyZ", "text/plain", 100, {{0, 1}, {10, 12}});
    BOOST_TEST(parts.content_type() == "multipart/byteranges; boundary=XyZ");
    std::string const body = parts.part_head(0) + "ab" + parts.part_head(1) + "cde" + parts.tail();
    BOOST_TEST(body == "--XyZ\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/100\r\n\r\nab"
                       "\r\n--XyZ\r\nContent-Type: text/plain\r\nContent-Range: bytes 10-12/100\r\n\r\ncde"
                       "\r\n--XyZ--\r\n");
    BOOST_TEST(parts.total_size() == body.size());
}

BOOST_AUTO_TEST_SUITE_END()
