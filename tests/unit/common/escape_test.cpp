// SPDX-License-Identifier: BSL-1.0
#include "common/escape.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using append = void(std::string&, std::string_view);

std::string with(append* function, std::string_view bytes)
{
    std::string out;
    function(out, bytes);
    return out;
}

struct example {
    std::string_view bytes;
    std::string_view text;   // append_text_value
    std::string_view json;   // append_json_string
    std::string_view access; // append_access_value
};

constexpr example examples[] = {
    {"", R"("")", R"("")", "-"},
    {"GET", "GET", R"("GET")", "GET"},
    {"a b", R"("a b")", R"("a b")", "a b"},
    {"a=b", R"("a=b")", R"("a=b")", "a=b"},
    {"say \"hi\"", R"("say \"hi\"")", R"("say \"hi\"")", R"(say \"hi\")"},
    {"C:\\x", R"("C:\\x")", R"("C:\\x")", R"(C:\\x)"},
    {"a\r\nforged", R"("a\r\nforged")", R"("a\r\nforged")", R"(a\r\nforged)"},
    {"\t", R"("\t")", R"("\t")", R"(\t)"},
    {"\x1b[2J", R"("\x1b[2J")", "\"\\u001b[2J\"", R"(\x1b[2J)"},
    {"a\0b"sv, R"("a\x00b")", "\"a\\u0000b\"", R"(a\x00b)"},
    {"\x7f", R"("\x7f")", "\"\\u007f\"", R"(\x7f)"},
    {"m\xc3\xbcnchen", "\"m\xc3\xbcnchen\"", "\"m\xc3\xbcnchen\"", R"(m\xc3\xbcnchen)"},
    {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"", "\"\xf0\x9f\x98\x80\"", R"(\xf0\x9f\x98\x80)"},
    {"\xc2\x9b", R"("\xc2\x9b")", "\"\\u009b\"", R"(\xc2\x9b)"},             // CSI in one character
    {"\xe2\x80\xae", R"("\xe2\x80\xae")", "\"\\u202e\"", R"(\xe2\x80\xae)"}, // right-to-left override
    {"\xe2\x80\xa8", R"("\xe2\x80\xa8")", "\"\\u2028\"", R"(\xe2\x80\xa8)"}, // line separator
    {"\xef\xbb\xbf", R"("\xef\xbb\xbf")", "\"\\ufeff\"", R"(\xef\xbb\xbf)"}, // byte-order mark
    {"\xf3\xa0\x81\x81", R"("\xf3\xa0\x81\x81")", "\"\\udb40\\udc41\"", R"(\xf3\xa0\x81\x81)"}, // tag
    {"\xff", R"("\xff")", "\"\\ufffd\"", R"(\xff)"},
    {"\xc3", R"("\xc3")", "\"\\ufffd\"", R"(\xc3)"},                                       // cut off
    {"\xc0\xaf", R"("\xc0\xaf")", "\"\\ufffd\\ufffd\"", R"(\xc0\xaf)"},                    // overlong
    {"\xed\xa0\x80", R"("\xed\xa0\x80")", "\"\\ufffd\\ufffd\\ufffd\"", R"(\xed\xa0\x80)"}, // surrogate
    {"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"", R"(\xf4\x90\x80\x80)"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(escape)

BOOST_AUTO_TEST_CASE(each_form_has_its_own_escapes)
{
    for (example const& e : examples) {
        BOOST_TEST_CONTEXT("bytes " << with(polyport::append_access_value, e.bytes))
        {
            BOOST_TEST(with(polyport::append_text_value, e.bytes) == e.text);
            BOOST_TEST(with(polyport::append_json_string, e.bytes) == e.json);
            BOOST_TEST(with(polyport::append_access_value, e.bytes) == e.access);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_pair_of_bytes_gives_valid_json_and_no_control_byte)
{
    auto const printable = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; };
    std::string failures;
    for (int pair = 0; pair < 0x10000; ++pair) {
        char const bytes[] = {static_cast<char>(pair >> 8), static_cast<char>(pair)};
        std::string const json = with(polyport::append_json_string, {bytes, 2});
        boost::json::error_code error;
        boost::json::parse(json, error);
        if (error)
            failures += json + ' ';
        for (append* const form :
             {polyport::append_json_string, polyport::append_text_value, polyport::append_access_value}) {
            std::string const text = with(form, {bytes, 2});
            if (!std::all_of(text.begin(), text.end(), printable))
                failures += json + ' ';
        }
    }
    BOOST_TEST(failures == "");
}

BOOST_AUTO_TEST_CASE(a_byte_is_escaped_wherever_it_stands)
{
    for (int byte = 0; byte < 256; ++byte) {
        char const c = static_cast<char>(byte);
        std::string const alone = byte == ' ' ? " " : with(polyport::append_access_value, {&c, 1});
        for (std::size_t position = 0; position < 20; ++position) {
            std::string const before(position, 'a');
            std::string const after(19 - position, 'z');
            BOOST_TEST_REQUIRE(with(polyport::append_access_value, before + c + after) ==
                               before + alone + after);
        }
    }
}

BOOST_AUTO_TEST_CASE(appending_keeps_what_was_there)
{
    std::string out = "x=";
    polyport::append_text_value(out, "1");
    polyport::append_json_string(out, "2");
    polyport::append_access_value(out, "3");
    BOOST_TEST(out == "x=1\"2\"3");
}

BOOST_AUTO_TEST_SUITE_END()
