// SPDX-License-Identifier: BSL-1.0
#include "common/log_record.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>

namespace {

using namespace polyport;
using std::chrono::milliseconds;
using std::chrono::system_clock;

// 2026-11-21T01:02:03.123Z
system_clock::time_point const moment{milliseconds(1'795'222'923'123)};

log_record record_of(std::initializer_list<log_field> fields, std::uint64_t connection = 0)
{
    return {.time = moment,
            .level = log_level::info,
            .event = "opened",
            .connection = connection,
            .fields = std::span(fields.begin(), fields.size())};
}

std::string text(log_record const& record)
{
    std::string out;
    log_time_text time;
    append_text_record(out, record, time);
    return out;
}

std::string json(log_record const& record)
{
    std::string out;
    log_time_text time;
    append_json_record(out, record, time);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_record)

BOOST_AUTO_TEST_CASE(text_is_one_line_for_people)
{
    BOOST_TEST(
        text(record_of({{"service", "tcp-uppercase"}, {"remote", "127.0.0.1:5000"}}, 12)) ==
        "2026-11-21T01:02:03.123Z info  opened connection=12 service=tcp-uppercase remote=127.0.0.1:5000\n");
}

BOOST_AUTO_TEST_CASE(json_is_one_object)
{
    BOOST_TEST(json(record_of({{"service", "tcp-uppercase"}, {"port", 8000}}, 12)) ==
               R"({"time":"2026-11-21T01:02:03.123Z","level":"info","event":"opened","connection":12,)"
               R"("service":"tcp-uppercase","port":8000})"
               "\n");
}

BOOST_AUTO_TEST_CASE(a_record_without_connection_and_fields_is_short)
{
    BOOST_TEST(text(record_of({})) == "2026-11-21T01:02:03.123Z info  opened\n");
    BOOST_TEST(json(record_of({})) == R"({"time":"2026-11-21T01:02:03.123Z","level":"info","event":"opened"})"
                                      "\n");
}

BOOST_AUTO_TEST_CASE(levels_stand_in_columns)
{
    std::pair<log_level, std::string_view> const table[] = {{log_level::trace, " trace opened"},
                                                            {log_level::debug, " debug opened"},
                                                            {log_level::info, " info  opened"},
                                                            {log_level::warning, " warn  opened"},
                                                            {log_level::error, " error opened"}};
    for (auto const& [level, expected] : table) {
        auto record = record_of({});
        record.level = level;
        BOOST_TEST(text(record).find(expected) == 24U);
        BOOST_TEST(json(record).find("\"level\":\"" + std::string(to_string(level)) + '"') !=
                   std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(every_kind_of_value_has_its_form)
{
    struct {
        log_field field;
        std::string_view in_text;
        std::string_view in_json;
    } const table[] = {
        {{"v", true}, "v=true\n", "\"v\":true}\n"},
        {{"v", false}, "v=false\n", "\"v\":false}\n"},
        {{"v", 0}, "v=0\n", "\"v\":0}\n"},
        {{"v", static_cast<signed char>(-7)}, "v=-7\n", "\"v\":-7}\n"},
        {{"v", static_cast<unsigned char>(200)}, "v=200\n", "\"v\":200}\n"},
        {{"v", std::numeric_limits<std::int64_t>::min()},
         "v=-9223372036854775808\n",
         ":-9223372036854775808}\n"},
        {{"v", std::numeric_limits<std::uint64_t>::max()},
         "v=18446744073709551615\n",
         ":18446744073709551615}\n"},
        {{"v", std::size_t{5}}, "v=5\n", "\"v\":5}\n"},
        {{"v", 0.25}, "v=0.25\n", "\"v\":0.25}\n"},
        {{"v", std::numeric_limits<double>::quiet_NaN()}, "v=nan\n", "\"v\":null}\n"},
        {{"v", -std::numeric_limits<double>::infinity()}, "v=-inf\n", "\"v\":null}\n"},
        {{"v", "word"}, "v=word\n", "\"v\":\"word\"}\n"},
        {{"v", std::string_view("two words")}, "v=\"two words\"\n", "\"v\":\"two words\"}\n"},
        {{"v", ""}, "v=\"\"\n", "\"v\":\"\"}\n"},
        {{"v", "x\n2026 error forged"},
         "v=\"x\\n2026 error forged\"\n",
         "\"v\":\"x\\n2026 error forged\"}\n"},
        {{"v", "\x1b]0;title\a"}, "v=\"\\x1b]0;title\\x07\"\n", "\"v\":\"\\u001b]0;title\\u0007\"}\n"},
        {{"v\n", "x"}, "\"v\\n\"=x\n", "\"v\\n\":\"x\"}\n"},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT("expected " << row.in_text)
        {
            std::string const text_line = text(record_of({row.field}));
            std::string const json_line = json(record_of({row.field}));
            BOOST_TEST(text_line.ends_with(row.in_text), text_line);
            BOOST_TEST(json_line.ends_with(row.in_json), json_line);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_string_that_is_a_temporary_lives_long_enough)
{
    BOOST_TEST(text(record_of({{"v", std::string(40, 'x')}})).ends_with("v=" + std::string(40, 'x') + '\n'));
}

BOOST_AUTO_TEST_CASE(a_long_value_is_cut_between_characters)
{
    std::string const whole(max_log_value, 'x');
    BOOST_TEST(text(record_of({{"v", whole}})).ends_with("v=" + whole + '\n'));
    BOOST_TEST(text(record_of({{"v", whole + 'y'}})).ends_with("v=" + whole + "...\n"));

    std::string const last_character_crosses = std::string(max_log_value - 1, 'x') + "\xe2\x82\xac";
    BOOST_TEST(text(record_of({{"v", last_character_crosses}}))
                   .ends_with("v=" + std::string(max_log_value - 1, 'x') + "...\n"));

    std::string const no_utf8(max_log_value + 10, '\x80');
    BOOST_TEST(text(record_of({{"v", no_utf8}})).ends_with("\\x80...\"\n"));
}

BOOST_AUTO_TEST_CASE(time_is_utc_with_milliseconds)
{
    std::pair<std::int64_t, std::string_view> const table[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {999, "1970-01-01T00:00:00.999Z"},
        {1000, "1970-01-01T00:00:01.000Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {1'795'222'923'123, "2026-11-21T01:02:03.123Z"},
        {1'795'222'923'124, "2026-11-21T01:02:03.124Z"},
        {4'102'444'800'000, "2100-01-01T00:00:00.000Z"},
    };
    log_time_text time; // one for all: the kept second must change with the time
    for (auto const& [since_epoch, expected] : table) {
        std::string out;
        time.append(out, system_clock::time_point(milliseconds(since_epoch)));
        BOOST_TEST(out == expected);
    }
}

BOOST_AUTO_TEST_CASE(words_for_levels_and_formats)
{
    for (auto const level :
         {log_level::trace, log_level::debug, log_level::info, log_level::warning, log_level::error})
        BOOST_TEST((parse_log_level(to_string(level)) == level));
    BOOST_TEST((parse_log_level("warn") == log_level::warning));
    for (char const* const word : {"", "INFO", "info ", "verbose"})
        BOOST_TEST(!parse_log_level(word).has_value());
    BOOST_TEST((parse_log_format("text") == log_format::text));
    BOOST_TEST((parse_log_format("json") == log_format::json));
    BOOST_TEST(!parse_log_format("xml").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
