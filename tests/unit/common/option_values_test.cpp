// SPDX-License-Identifier: BSL-1.0
#include "common/option_values.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

using namespace polyport;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(option_values)

BOOST_AUTO_TEST_CASE(durations)
{
    struct row {
        std::string_view text;
        std::optional<std::int64_t> milliseconds;
    };
    for (row const& r : {row{"500ms", 500},
                         {"10s", 10'000},
                         {"2m", 120'000},
                         {"1h", 3'600'000},
                         {"0", 0},
                         {"0s", 0},
                         {"007s", 7000},
                         {"1000000h", 3'600'000'000'000},
                         {"3600000000000ms", 3'600'000'000'000},
                         {"1000001h", {}},
                         {"3600000000001ms", {}},
                         {"99999999999999999999s", {}},
                         {"", {}},
                         {"s", {}},
                         {"12", {}},
                         {"00", {}},
                         {"12x", {}},
                         {"12 s", {}},
                         {" 12s", {}},
                         {"12s ", {}},
                         {"12S", {}},
                         {"1.5s", {}},
                         {"-1s", {}},
                         {"+1s", {}},
                         {"1m30s", {}},
                         {"12s\0"sv, {}}}) {
        BOOST_TEST_CONTEXT(r.text)
        {
            auto const read = parse_duration(r.text);
            BOOST_REQUIRE(read.has_value() == r.milliseconds.has_value());
            if (read)
                BOOST_TEST(read->count() == *r.milliseconds);
        }
    }
    BOOST_TEST(parse_duration("12x").error().text ==
               "'12x' is not a duration: write a number and a unit (ms, s, m, h), such as 30s");
    BOOST_TEST(parse_duration("1000001h").error().text == "'1000001h' is too long a duration");
}

BOOST_AUTO_TEST_CASE(sizes)
{
    struct row {
        std::string_view text;
        std::optional<std::uint64_t> bytes;
    };
    for (row const& r : {row{"0", 0},
                         {"512", 512},
                         {"64k", 65'536},
                         {"64K", 65'536},
                         {"10m", 10'485'760},
                         {"2g", 2'147'483'648},
                         {"2G", 2'147'483'648},
                         {"18446744073709551615", 18'446'744'073'709'551'615U},
                         {"17179869183g", 18'446'744'072'635'809'792U},
                         {"17179869184g", {}},
                         {"18446744073709551616", {}},
                         {"", {}},
                         {"k", {}},
                         {"64kb", {}},
                         {"64 k", {}},
                         {"1.5m", {}},
                         {"-1", {}},
                         {"+1", {}},
                         {"0x10", {}},
                         {"64t", {}}}) {
        BOOST_TEST_CONTEXT(r.text)
        {
            auto const read = parse_size(r.text);
            BOOST_REQUIRE(read.has_value() == r.bytes.has_value());
            if (read)
                BOOST_TEST(*read == *r.bytes);
        }
    }
    BOOST_TEST(parse_size("64kb").error().text ==
               "'64kb' is not a size: write a number of bytes, or one with k, m or g, such as 64k");
}

BOOST_AUTO_TEST_CASE(numbers)
{
    struct row {
        std::string_view text;
        std::optional<int> number;
    };
    for (row const& r : {row{"1", 1},
                         {"100", 100},
                         {"-5", -5},
                         {"007", 7},
                         {"101", {}},
                         {"-6", {}},
                         {"99999999999999999999", {}},
                         {"", {}},
                         {"-", {}},
                         {"--1", {}},
                         {"+1", {}},
                         {"1 ", {}},
                         {" 1", {}},
                         {"1.0", {}},
                         {"1e2", {}},
                         {"0x1", {}}}) {
        BOOST_TEST_CONTEXT(r.text)
        {
            auto const read = parse_number<int>(r.text, -5, 100);
            BOOST_REQUIRE(read.has_value() == r.number.has_value());
            if (read)
                BOOST_TEST(*read == *r.number);
        }
    }
    BOOST_TEST(parse_number<std::uint16_t>("65535").value() == 65535);
    BOOST_TEST(parse_number<std::uint16_t>("65536").has_error());
    BOOST_TEST(parse_number<std::uint16_t>("-1").error().text ==
               "'-1' is not a number: write a whole number from 0 to 65535");
    BOOST_TEST(parse_number<std::uint32_t>("0", 1, 10).error().text ==
               "'0' is out of range: write a whole number from 1 to 10");
    BOOST_TEST(parse_number<std::uint64_t>("18446744073709551615").value() == 18'446'744'073'709'551'615U);
    BOOST_TEST(parse_number<std::int64_t>("-9223372036854775808").value() ==
               std::numeric_limits<std::int64_t>::min());
}

BOOST_AUTO_TEST_CASE(switches)
{
    for (std::string_view const text : {"on", "yes", "true"})
        BOOST_TEST(parse_switch(text).value());
    for (std::string_view const text : {"off", "no", "false"})
        BOOST_TEST(!parse_switch(text).value());
    for (std::string_view const text : {"", "1", "0", "On", "ON", "of", "on ", "y"})
        BOOST_TEST(parse_switch(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(modes)
{
    BOOST_TEST(parse_mode("0660").value() == 0660U);
    BOOST_TEST(parse_mode("660").value() == 0660U);
    BOOST_TEST(parse_mode("0").value() == 0U);
    BOOST_TEST(parse_mode("0777").value() == 0777U);
    for (std::string_view const text : {"", "0888", "1777", "4755", "00660", "rw", "-1", "66 0", "0o660"})
        BOOST_TEST(parse_mode(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(what_is_printed_is_short_and_reads_back)
{
    BOOST_TEST(format_duration(0ms) == "0");
    BOOST_TEST(format_duration(500ms) == "500ms");
    BOOST_TEST(format_duration(90s) == "90s");
    BOOST_TEST(format_duration(120s) == "2m");
    BOOST_TEST(format_duration(24h) == "24h");
    BOOST_TEST(format_duration(1001ms) == "1001ms");
    BOOST_TEST(format_size(0) == "0");
    BOOST_TEST(format_size(1000) == "1000");
    BOOST_TEST(format_size(65'536) == "64k");
    BOOST_TEST(format_size(32ULL << 20) == "32m");
    BOOST_TEST(format_size(3ULL << 30) == "3g");
    BOOST_TEST(format_mode(0660) == "0660");
    BOOST_TEST(format_mode(022) == "0022");
    for (std::int64_t const value : {1LL, 999LL, 1000LL, 59'999LL, 60'000LL, 3'600'000LL, 5'400'000LL})
        BOOST_TEST(parse_duration(format_duration(std::chrono::milliseconds(value)))->count() == value);
    for (std::uint64_t const value : {1ULL, 1023ULL, 1024ULL, 1025ULL, 1ULL << 40, ~0ULL})
        BOOST_TEST(parse_size(format_size(value)).value() == value);
}

BOOST_AUTO_TEST_SUITE_END()
