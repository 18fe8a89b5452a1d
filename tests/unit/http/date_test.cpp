// SPDX-License-Identifier: BSL-1.0
#include "services/http/date.hpp"

#include <boost/test/unit_test.hpp>

#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::http;

namespace {

constexpr std::int64_t now = 1700000000; // 2023

std::string judge(std::string_view text)
{
    auto const seconds = parse_date(text, now);
    return seconds ? std::string(date_text(*seconds).view()) : "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(date)

BOOST_AUTO_TEST_CASE(writing)
{
    BOOST_TEST(date_text(784111777).view() == "Sun, 06 Nov 1994 08:49:37 GMT"); // the RFC's own
    BOOST_TEST(date_text(0).view() == "Thu, 01 Jan 1970 00:00:00 GMT");
    BOOST_TEST(date_text(-1).view() == "Wed, 31 Dec 1969 23:59:59 GMT");
    BOOST_TEST(date_text(951782400).view() == "Tue, 29 Feb 2000 00:00:00 GMT");
    BOOST_TEST(date_text(4107542400).view() == "Mon, 01 Mar 2100 00:00:00 GMT");
    BOOST_TEST(date_text(INT64_MAX).view() == "Fri, 31 Dec 9999 23:59:59 GMT");
    BOOST_TEST(date_text(INT64_MIN).view() == "Mon, 01 Jan 0001 00:00:00 GMT");
}

BOOST_AUTO_TEST_CASE(reading)
{
    struct row {
        std::string_view input;
        std::string_view verdict;
    };
    std::string_view const rfc = "Sun, 06 Nov 1994 08:49:37 GMT";
    std::vector<row> const rows = {
        {rfc, rfc},
        {"Sunday, 06-Nov-94 08:49:37 GMT", rfc},
        {"Sun Nov  6 08:49:37 1994", rfc},
        {"Sun Nov 06 08:49:37 1994", rfc},
        {"Wed Nov 16 08:49:37 1994", "Wed, 16 Nov 1994 08:49:37 GMT"},
        {"Mon, 06 Nov 1994 08:49:37 GMT", rfc}, // the name of the day is not compared
        {"Thu, 29 Feb 2024 00:00:00 GMT", "Thu, 29 Feb 2024 00:00:00 GMT"},
        {"Thu, 29 Feb 2023 00:00:00 GMT", "none"},
        {"Thu, 29 Feb 1900 00:00:00 GMT", "none"},
        {"Tue, 29 Feb 2000 00:00:00 GMT", "Tue, 29 Feb 2000 00:00:00 GMT"},
        {"Sun, 31 Apr 1994 08:49:37 GMT", "none"},
        {"Sun, 00 Nov 1994 08:49:37 GMT", "none"},
        {"Sun, 32 Dec 1994 08:49:37 GMT", "none"},
        {"Sat, 31 Dec 2016 23:59:60 GMT", "Sun, 01 Jan 2017 00:00:00 GMT"},
        {"Sat, 31 Dec 2016 23:59:61 GMT", "none"},
        {"Sun, 06 Nov 1994 24:00:00 GMT", "none"},
        {"Sun, 06 Nov 1994 08:60:00 GMT", "none"},
        {"Sun, 06 Nov 0000 08:49:37 GMT", "none"},
        {"Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"},
        // Two digits: at most 50 years ahead.
        {"Sunday, 06-Nov-23 08:49:37 GMT", "Mon, 06 Nov 2023 08:49:37 GMT"},
        {"Sunday, 06-Nov-73 08:49:37 GMT", "Mon, 06 Nov 2073 08:49:37 GMT"},
        {"Sunday, 06-Nov-74 08:49:37 GMT", "Wed, 06 Nov 1974 08:49:37 GMT"},
        {"Sunday, 06-Nov-00 08:49:37 GMT", "Mon, 06 Nov 2000 08:49:37 GMT"},
        {"", "none"},
        {"0", "none"},
        {"Sun", "none"},
        {"now", "none"},
        {"Sun, 06 Nov 1994 08:49:37", "none"},
        {"Sun, 06 Nov 1994 08:49:37 UTC", "none"},
        {"Sun, 06 Nov 1994 08:49:37 gmt", "none"},
        {"Sun, 06 Nov 1994 08:49:37 +0000", "none"},
        {"Sun, 06 Nov 1994 08:49:37 GMT ", "none"},
        {" Sun, 06 Nov 1994 08:49:37 GMT", "none"},
        {"Sun,06 Nov 1994 08:49:37 GMT", "none"},
        {"Sun, 6 Nov 1994 08:49:37 GMT", "none"},
        {"sun, 06 Nov 1994 08:49:37 GMT", "none"},
        {"Son, 06 Nov 1994 08:49:37 GMT", "none"},
        {"Sun, 06 nov 1994 08:49:37 GMT", "none"},
        {"Sun, 06 Okt 1994 08:49:37 GMT", "none"},
        {"Sun, 06 Nov 94 08:49:37 GMT", "none"},
        {"Sun, 06 Nov 19994 08:49:37 GMT", "none"},
        {"Sun, 06 Nov 1994 8:49:37 GMT", "none"},
        {"Sun, 06 Nov 1994 08:49 GMT", "none"},
        {"Sun, 06 Nov 1994 08:49:37 GMT; length=5", "none"},
        {"Sunday, 06 Nov 1994 08:49:37 GMT", "none"},
        {"Sun, 06-Nov-94 08:49:37 GMT", "none"},
        {"Sunday, 06-Nov-1994 08:49:37 GMT", "none"},
        {"Sun Nov 6 08:49:37 1994", "none"},
        {"Sun Nov  6 08:49:37 94", "none"},
        {"Sun Nov  6 08:49:37 1994 GMT", "none"},
        {"1994-11-06T08:49:37Z", "none"},
    };
    for (row const& r : rows)
        BOOST_TEST(judge(r.input) == r.verdict, r.input << " → " << judge(r.input));
}

BOOST_AUTO_TEST_CASE(agrees_with_the_c_library)
{
    std::mt19937_64 random(3);
    for (int round = 0; round < 20000; ++round) {
        auto const seconds = static_cast<std::int64_t>(random() % 258000000000ULL) - 5000000000;
        std::time_t const time = seconds;
        std::tm parts{};
        ::gmtime_r(&time, &parts);
        char expected[40];
        std::strftime(expected, sizeof expected, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        date_text const text(seconds);
        BOOST_TEST_REQUIRE(text.view() == expected);
        BOOST_TEST_REQUIRE(parse_date(text.view(), now).value() == seconds);
        std::strftime(expected, sizeof expected, "%a %b %e %H:%M:%S %Y", &parts);
        BOOST_TEST_REQUIRE(parse_date(expected, now).value() == seconds);
    }
}

BOOST_AUTO_TEST_SUITE_END()
