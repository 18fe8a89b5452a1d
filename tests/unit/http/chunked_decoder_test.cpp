// SPDX-License-Identifier: BSL-1.0
#include "services/http/chunked_decoder.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::http;
using namespace std::string_view_literals;

namespace {

using decoder_state = polyport::http::chunked_decoder::state;

struct outcome {
    std::string body;
    std::string rest; ///< not consumed
    decoder_state state;
    status code;
};

outcome decode(std::string_view input, std::size_t piece, chunked_limits const& limits = {})
{
    chunked_decoder decoder(limits);
    outcome result{{}, {}, decoder_state::more, status::ok};
    while (!input.empty() && decoder.now() == decoder_state::more) {
        std::string const part(input.substr(0, piece)); // a fresh buffer: views must not be kept
        std::string_view left = part;
        while (!left.empty() && decoder.now() == decoder_state::more) {
            auto const step = decoder.feed(left);
            result.body += step.data;
            BOOST_TEST_REQUIRE(step.consumed <= left.size());
            BOOST_TEST_REQUIRE((step.consumed > 0 || decoder.now() != decoder_state::more));
            left.remove_prefix(step.consumed);
        }
        input.remove_prefix(part.size() - left.size());
    }
    result.rest = input;
    result.state = decoder.now();
    result.code = decoder.code();
    if (result.state == decoder_state::failed)
        BOOST_TEST(!decoder.reason().empty());
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(chunked_decoder)

BOOST_AUTO_TEST_CASE(verdicts)
{
    struct row {
        std::string_view input;
        std::string_view verdict; ///< the body, or "!" and the status, or "..." when more is needed
    };
    std::vector<row> const rows = {
        {"0\r\n\r\n", ""},
        {"5\r\nhello\r\n0\r\n\r\n", "hello"},
        {"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"},
        {"a\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
        {"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
        {"000000000000000a\r\n0123456789\r\n0000\r\n\r\n", "0123456789"},
        {"00000000000000001\r\nx\r\n0\r\n\r\n", "!400"},
        {"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"},
        {"ffffffffffffffff\r\n", "!413"}, // more than the limit minus what came
        {"10000000000000000\r\n", "!400"},
        {"\r\n", "!400"},
        {"", "..."},
        {"5", "..."},
        {"5\r\nhel", "..."},
        {"5\r\nhello\r\n", "..."},
        {"5\r\nhello\r\n0\r\n", "..."},
        {" 5\r\n", "!400"},
        {"\t5\r\n", "!400"},
        {"5 \r\n", "!400"},
        {"5\t\r\n", "!400"},
        {"5 5\r\n", "!400"},
        {"+5\r\n", "!400"},
        {"-5\r\n", "!400"},
        {"0x5\r\n", "!400"},
        {"5h\r\n", "!400"},
        {"g\r\n", "!400"},
        {"5,5\r\n", "!400"},
        {"5\nhello\n0\n\n", "!400"},
        {"5\rhello", "!400"},
        {"5\r\r\nhello", "!400"},
        {"\0005\r\n"sv, "!400"},
        {"5\0\r\n"sv, "!400"},
        {"5\r\nhello0\r\n\r\n", "!400"},
        {"5\r\nhello\n0\r\n\r\n", "!400"},
        {"5\r\nhello\r0\r\n\r\n", "!400"},
        {"5\r\nhello!\r\n0\r\n\r\n", "!400"},
        {"5\r\nhell\r\n0\r\n\r\n", "!400"},
        {"0\r\n\n", "!400"},
        {"0\n\r\n", "!400"},
        {"0\r\n\rx", "!400"},
        {"0\r\n0\r\n\r\n", "!400"},
        // Extensions, section 7.1.1.
        {"1;a\r\nx\r\n0\r\n\r\n", "x"},
        {"1;a=b\r\nx\r\n0;last\r\n\r\n", "x"},
        {"1;a=b;c;d=\"e;f\\\"\xff\"\r\nx\r\n0\r\n\r\n", "x"},
        {"1 ; a = b ; c\r\nx\r\n0\r\n\r\n", "x"},
        {"1;a=\"\"\r\nx\r\n0\r\n\r\n", "x"},
        {"1;\r\n", "!400"},
        {"1;;a\r\n", "!400"},
        {"1;a=\r\n", "!400"},
        {"1;a=b=c\r\n", "!400"},
        {"1;a \r\n", "!400"},
        {"1;a=b \r\n", "!400"},
        {"1;a b\r\n", "!400"},
        {"1;=b\r\n", "!400"},
        {"1;a=b c\r\n", "!400"},
        {"1;a=\"b\r\n", "!400"},
        {"1;a=\"b\"c\r\n", "!400"},
        {"1;a\nx\r\n", "!400"},
        {"1;a\rx\r\n", "!400"},
        {"1;a=\"\n\"\r\n", "!400"},
        {"1;a=\"\0\"\r\n"sv, "!400"},
        {"1;\xc3\xa4\r\n", "!400"},
        // Trailers, section 7.1.2.
        {"0\r\nA: b\r\n\r\n", ""},
        {"0\r\nA: b\r\nContent-Length: 5\r\nC:\r\n\r\n", ""},
        {"0\r\nA : b\r\n\r\n", "!400"},
        {"0\r\n A: b\r\n\r\n", "!400"},
        {"0\r\nA: b\r\n c\r\n\r\n", "!400"},
        {"0\r\n: b\r\n\r\n", "!400"},
        {"0\r\nA\r\n\r\n", "!400"},
        {"0\r\nA: b\n\r\n", "!400"},
        {"0\r\nA: b\rc\r\n\r\n", "!400"},
        {"0\r\nA: \0\r\n\r\n"sv, "!400"},
        {"0\r\nGET / HTTP/1.1\r\n\r\n", "!400"},
    };
    for (row const& r : rows) {
        for (std::size_t const piece : {1000U, 1U, 2U, 3U, 5U}) {
            BOOST_TEST_CONTEXT("input: " << r.input << " in pieces of " << piece)
            {
                chunked_limits limits;
                limits.body_bytes = 1000;
                outcome const got = decode(r.input, piece, limits);
                if (r.verdict.starts_with("!")) {
                    BOOST_TEST((got.state == decoder_state::failed));
                    BOOST_TEST(std::to_string(number(got.code)) == r.verdict.substr(1));
                } else if (r.verdict == "...") {
                    BOOST_TEST((got.state == decoder_state::more));
                } else {
                    BOOST_TEST((got.state == decoder_state::done));
                    BOOST_TEST(got.body == r.verdict);
                    BOOST_TEST(got.rest == "");
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_follows_belongs_to_the_next_request)
{
    for (std::size_t const piece : {1U, 4U, 100U}) {
        outcome const got = decode("1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\n", piece);
        BOOST_TEST((got.state == decoder_state::done));
        BOOST_TEST(got.body == "x");
        BOOST_TEST(got.rest == "GET / HTTP/1.1\r\n");
    }
}

BOOST_AUTO_TEST_CASE(the_limits_hold)
{
    chunked_limits limits;
    limits.body_bytes = 10;
    limits.chunk_extension_bytes = 8;
    limits.extension_bytes = 20;
    limits.trailer_bytes = 16;
    auto const code = [&limits](std::string_view input) {
        outcome const got = decode(input, 3, limits);
        return got.state == decoder_state::failed ? number(got.code) : 0U;
    };
    BOOST_TEST(code("5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n") == 0);
    BOOST_TEST(code("5\r\n12345\r\n6\r\n123456\r\n0\r\n\r\n") == 413);
    BOOST_TEST(code("b\r\n") == 413);
    BOOST_TEST(code("5\r\n12345\r\nfffffffffffffffb\r\n") == 413);
    BOOST_TEST(code("1;a=12345\r\nx\r\n0\r\n\r\n") == 0);
    BOOST_TEST(code("1;a=123456\r\nx\r\n0\r\n\r\n") == 400);
    BOOST_TEST(code("1;a=12345\r\nx\r\n1;a=12345\r\nx\r\n1;a=1\r\nx\r\n0\r\n\r\n") == 0);
    BOOST_TEST(code("1;a=12345\r\nx\r\n1;a=12345\r\nx\r\n1;a=12\r\nx\r\n0\r\n\r\n") == 400);
    BOOST_TEST(code("0\r\nA: 12345678\r\n\r\n") == 0);
    BOOST_TEST(code("0\r\nA: 1234567890123\r\n\r\n") == 431);
}

// What an encoder wrote comes out again, however it was chunked and cut.
BOOST_AUTO_TEST_CASE(round_trip)
{
    std::mt19937 random(1);
    for (int round = 0; round < 300; ++round) {
        std::string body;
        std::string coded;
        char size[20];
        for (auto chunks = random() % 6; chunks-- > 0;) {
            std::string chunk(1 + random() % 40, '\0');
            for (char& c : chunk)
                c = static_cast<char>(random());
            body += chunk;
            std::snprintf(size, sizeof size, random() % 2 == 0 ? "%zx" : "%04zX", chunk.size());
            coded.append(size).append(random() % 3 == 0 ? ";x=\"y\"" : "").append("\r\n");
            coded.append(chunk).append("\r\n");
        }
        coded += random() % 2 == 0 ? "0\r\n\r\n" : "0\r\nTrailer: value\r\n\r\n";
        outcome const got = decode(coded + "next", 1 + random() % 50);
        BOOST_TEST((got.state == decoder_state::done));
        BOOST_TEST(got.body == body);
        BOOST_TEST(got.rest == "next");
    }
}

BOOST_AUTO_TEST_SUITE_END()
