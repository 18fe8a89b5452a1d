// SPDX-License-Identifier: BSL-1.0
#include "common/runtime.hpp"
#include "tests/kit/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

using namespace polyport;
using namespace polyport::testing;
using namespace std::chrono_literals;

namespace {

/// Answers `[LINE]` to each line, and why it has ended.
task<> lines(stream client)
{
    for (;;) {
        auto const line = co_await client.read_line(10);
        if (!line) {
            auto const why = "(" + line.error().message() + ")";
            co_await client.write(why);
            co_return;
        }
        auto const failed = co_await client.write_all("[", *line, "]");
        if (failed)
            co_return;
    }
}

/// A name up to ':', five bytes, and the rest as it comes.
task<> fields(stream client)
{
    auto const found = co_await client.read_until("::", 6);
    if (!found) {
        auto const why = found.error().message();
        co_await client.write(why);
        co_return;
    }
    auto const name = std::string(*found);
    std::array<char, 5> five{};
    auto const got = co_await client.read_exactly(five);
    auto answer = name + "|" + std::string(five.data(), got.size) + "|";
    for (;;) {
        auto const piece = co_await client.read_some(3);
        if (!piece)
            break;
        answer += *piece;
    }
    co_await client.write(answer);
}

/// Echo with memory of its own, and of 40,000 bytes at once.
task<> large(stream client)
{
    std::string buffer(40'000, '\0');
    for (;;) {
        auto const got = co_await client.read_some(buffer);
        if (got.error)
            break;
        auto const failed = co_await client.write(std::string_view(buffer).substr(0, got.size));
        if (failed)
            break;
    }
}

task<> long_lines(stream client)
{
    auto const line = co_await client.read_line(300'000);
    if (line) {
        auto const size = std::to_string(line->size());
        co_await client.write(size);
    }
}

/// Wants nothing of what comes.
task<> refuses(stream client)
{
    auto const line = co_await client.read_line();
    if (!line)
        co_return;
    client.note_reason(errc::bad_request);
    co_await client.write("refused\n");
    co_await client.finish();
}

constexpr service_definition line_row{"lines", transports::streams, "answer lines", lines};
constexpr service_definition field_row{"fields", transports::streams, "read fields", fields};
constexpr service_definition large_row{"large", transports::streams, "echo", large};
constexpr service_definition long_row{"long", transports::streams, "count a long line", long_lines};
constexpr service_definition refusing_row{"refusing", transports::streams, "refuse", refuses};

} // namespace

BOOST_AUTO_TEST_SUITE(stream_messages)

BOOST_AUTO_TEST_CASE(lines_end_with_lf_or_cr_lf_and_the_last_one_may_lack_it)
{
    struct {
        std::string_view input, answer;
    } const table[] = {
        {"", "(end of stream)"},
        {"\n", "[](end of stream)"},
        {"a\nb\n", "[a][b](end of stream)"},
        {"a\r\nb\r\n", "[a][b](end of stream)"},
        {"a\n\n\nb", "[a][][][b](end of stream)"},
        {"a\rb\n", "[a\rb](end of stream)"},
        {"0123456789\n", "[0123456789](end of stream)"},
        {"0123456789\r\n", "[0123456789](end of stream)"},
        {"0123456789", "[0123456789](end of stream)"},
        {"01234567890\n", "(message too large)"},
        {"01234567890", "(message too large)"},
        {"01234567890123456789", "(message too large)"},
        {"a\n01234567890\n", "[a](message too large)"},
    };
    for (auto const& row : table) {
        harness test(line_row);
        BOOST_TEST(converse(test, row.input) == row.answer, row.input);
    }
}

BOOST_AUTO_TEST_CASE(how_the_network_cuts_lines_makes_no_difference)
{
    BOOST_TEST(cut_everywhere(line_row, "one\ntwo\r\n\nthree") == "[one][two][][three](end of stream)");
    BOOST_TEST(cut_everywhere(line_row, "one\n01234567890\n") == "[one](message too large)");
}

BOOST_AUTO_TEST_CASE(fields_of_every_kind_follow_each_other)
{
    BOOST_TEST(cut_everywhere(field_row, "name::12345the rest") == "name|12345|the rest");
    BOOST_TEST(cut_everywhere(field_row, "::12") == "|12|");
    BOOST_TEST(cut_everywhere(field_row, "a:b::12345") == "a:b|12345|");
    BOOST_TEST(cut_everywhere(field_row, "123456::12345") == "123456|12345|");
    BOOST_TEST(cut_everywhere(field_row, "1234567::12345") == "message too large");
    BOOST_TEST(cut_everywhere(field_row, "123456:") == "end of stream");
}

BOOST_AUTO_TEST_CASE(every_operation_may_fail)
{
    BOOST_TEST(fail_everywhere(line_row, "one\ntwo\nthree\n") >= 6U);
    BOOST_TEST(fail_everywhere(field_row, "name::12345the rest") >= 3U);
    BOOST_TEST(fail_everywhere(refusing_row, "one\ntwo\n") >= 3U);
    BOOST_TEST(fail_everywhere(large_row, std::string(500'000, 'x')) >= 20U);
}

BOOST_AUTO_TEST_CASE(what_is_larger_than_any_buffer_comes_through)
{
    harness test(large_row);
    std::string const bytes(3'000'000, 'x');
    bool const same = converse(test, bytes) == bytes;
    BOOST_TEST(same);
}

BOOST_AUTO_TEST_CASE(a_line_may_be_longer_than_a_buffer_of_the_pool)
{
    for (std::size_t const size : {65'599U, 65'600U, 65'601U, 200'000U, 300'000U}) {
        harness test(long_row);
        BOOST_TEST(converse(test, std::string(size, 'x') + "\n") == std::to_string(size));
    }
    harness test(long_row);
    BOOST_TEST(converse(test, std::string(300'001, 'x') + "\n") == "");
}

BOOST_AUTO_TEST_CASE(between_two_lines_a_connection_is_idle_and_within_one_it_must_get_on)
{
    harness test(line_row, {"--idle-timeout", "10s"});
    auto idle = test.connect();
    auto slow = test.connect();
    auto steady = test.connect();
    for (int i = 0; i < 3; ++i) {
        steady.send("x\n");
        slow.send("x"); // never a whole line: that it goes on does not help
        test.advance(4s);
    }
    BOOST_TEST(idle.ended());
    BOOST_TEST(test.logged("\"reason\":\"idle time-out\""));
    BOOST_TEST(slow.received() == "(body time-out)");
    BOOST_TEST(slow.ended());
    BOOST_TEST(steady.received() == "[x][x][x]");
    BOOST_TEST(!steady.ended());
}

BOOST_AUTO_TEST_CASE(a_drain_ends_idle_connections_and_leaves_the_others_their_request)
{
    harness test(line_row);
    auto idle = test.connect();
    auto busy = test.connect();
    busy.send("one\ntw");
    test.drain();
    BOOST_TEST(idle.ended());
    BOOST_TEST(!busy.ended());
    busy.send("o\n");
    BOOST_TEST(busy.received() == "[one][two]");
    BOOST_TEST(busy.ended());
}

BOOST_AUTO_TEST_CASE(who_refuses_and_finishes_hears_the_peer_out_for_a_while)
{
    harness test(refusing_row);
    auto client = test.connect();
    client.send("no such thing\nand more, ");
    client.send(std::string(100'000, 'x'));
    BOOST_TEST(client.received() == "refused\n"); // and not a reset
    BOOST_TEST(client.ended());                   // for its part
    BOOST_TEST(test.connections() == 1U);
    client.close();
    BOOST_TEST(test.connections() == 0U);
    BOOST_TEST(test.logged("\"reason\":\"bad request\""));
}

BOOST_AUTO_TEST_CASE(who_finishes_does_not_hear_the_peer_out_for_ever)
{
    harness test(refusing_row);
    auto silent = test.connect();
    auto endless = test.connect();
    silent.send("x\n");
    endless.send("x\n");
    endless.send(std::string(900'000, 'x'));
    BOOST_TEST(test.connections() == 2U);
    endless.send(std::string(200'000, 'x'));
    BOOST_TEST(test.connections() == 1U);
    test.advance(1900ms);
    BOOST_TEST(test.connections() == 1U);
    test.advance(200ms);
    BOOST_TEST(test.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_holds_no_buffer)
{
    harness test(line_row);
    auto client = test.connect();
    client.send("one\n");
    BOOST_TEST(client.received() == "[one]");
    for (auto const& c : test.owner().connections().all())
        BOOST_TEST(c.input.bytes().data() == nullptr);
    client.send("tw");
    for (auto const& c : test.owner().connections().all())
        BOOST_TEST(c.input.bytes() == "tw");
}

BOOST_AUTO_TEST_SUITE_END()
