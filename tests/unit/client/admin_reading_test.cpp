// SPDX-License-Identifier: BSL-1.0
#include "client/admin/event_reader.hpp"
#include "client/admin/filters.hpp"
#include "client/admin/http_reader.hpp"
#include "client/admin/rates.hpp"
#include "client/admin/table.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace polyport::client;

namespace {

using state = http_reader::state;

/// Fed byte by byte and at once: the same.
std::string body_of(std::string_view response, state& end, int& status, bool closed = false)
{
    std::string whole;
    http_reader at_once;
    at_once.feed(response, whole);
    std::string pieces;
    http_reader by_byte;
    for (char const c : response)
        by_byte.feed({&c, 1}, pieces);
    if (closed) {
        at_once.end();
        by_byte.end();
    }
    BOOST_TEST((at_once.now() == by_byte.now()));
    BOOST_TEST(whole == pieces);
    end = by_byte.now();
    status = by_byte.status();
    return whole;
}

} // namespace

BOOST_AUTO_TEST_SUITE(admin_reading)

BOOST_AUTO_TEST_CASE(responses)
{
    struct {
        std::string_view response;
        bool closed;
        state end;
        int status;
        std::string_view body;
    } const table[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false, state::done, 200, "abc"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", false, state::body, 200, "ab"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", true, state::broken, 200, "ab"},
        {"HTTP/1.1 200 OK\r\n\r\nabc", true, state::done, 200, "abc"},
        {"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", false, state::done, 404, ""},
        {"HTTP/1.1 204 No Content\r\n\r\n", false, state::done, 204, ""},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", false, state::done,
         200, "x"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
         false, state::done, 200, "abc0123456789"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n", false,
         state::done, 200, "abc"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX", false, state::broken, 200, "abc"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false, state::broken, 200, ""},
        {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", false, state::broken, 200, ""},
        {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", false, state::broken, 200, ""},
        {"GET / HTTP/1.1\r\nHOST: X\r\n\r\n", false, state::broken, 0, ""},
        {"HTTP/1.1 2x0 OK\r\n\r\n", false, state::broken, 0, ""},
        {"", true, state::broken, 0, ""},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(row.response)
        {
            state end{};
            int status = 0;
            auto const body = body_of(row.response, end, status, row.closed);
            BOOST_TEST((end == row.end));
            if (end != state::broken)
                BOOST_TEST(status == row.status);
            if (row.body != "abc" || end == state::done)
                BOOST_TEST(body == row.body);
        }
    }
    http_reader endless;
    std::string none;
    endless.feed("HTTP/1.1 200 OK\r\nX: " + std::string(http_reader::max_head, 'x'), none);
    BOOST_TEST((endless.now() == state::broken));
}

BOOST_AUTO_TEST_CASE(events)
{
    event_reader reader;
    reader.feed(":\n\nretry: 1000\n\nid: 1\nevent: opened\ndata: {\"id\"");
    BOOST_TEST(!reader.next().has_value());
    reader.feed(":7}\n\nevent: closed\ndata:a\ndata:  b\n\n");
    auto const first = reader.next();
    BOOST_TEST_REQUIRE(first.has_value());
    BOOST_TEST(first->name == "opened");
    BOOST_TEST(first->data == "{\"id\":7}");
    auto const second = reader.next();
    BOOST_TEST_REQUIRE(second.has_value());
    BOOST_TEST(second->data == "a\n b");
    BOOST_TEST(!reader.next().has_value());
}

BOOST_AUTO_TEST_CASE(numbers_for_people)
{
    BOOST_TEST(short_size(0) == "0");
    BOOST_TEST(short_size(999) == "999");
    BOOST_TEST(short_size(1000) == "1.0k");
    BOOST_TEST(short_size(1536) == "1.5k");
    BOOST_TEST(short_size(10'240) == "10k");
    BOOST_TEST(short_size(1'048'576) == "1.0M");
    BOOST_TEST(short_size(3e15) == "2.7P");
    BOOST_TEST(short_time(0) == "0.0s");
    BOOST_TEST(short_time(9.94) == "9.9s");
    BOOST_TEST(short_time(59.6) == "1m00s");
    BOOST_TEST(short_time(3600) == "1h00m");
    BOOST_TEST(short_time(100'000) == "1d03h");
    BOOST_TEST(short_latency(0.00005) == "50us");
    BOOST_TEST(short_latency(0.0012) == "1.2ms");
    BOOST_TEST(short_latency(0.34) == "340ms");
    BOOST_TEST(short_latency(2.1) == "2.1s");
    BOOST_TEST(short_span(0.004) == "4.0ms");
    BOOST_TEST(short_span(1.001782482) == "1.0s");
    BOOST_TEST(short_span(185) == "3m05s");
    BOOST_TEST(plain_number(0) == "0");
    BOOST_TEST(plain_number(200) == "200");
    BOOST_TEST(plain_number(0.07814499999999999) == "0.078145");
    BOOST_TEST(plain_number(1795258639.8804996) == "1795258640");
    BOOST_TEST(plain_number(2.5e-9) == "0");
}

BOOST_AUTO_TEST_CASE(texts_are_cut_at_characters)
{
    BOOST_TEST(shortened("abcdef", 6) == "abcdef");
    BOOST_TEST(shortened("abcdef", 4) == "abc…");
    BOOST_TEST(shortened("größer", 4) == "grö…");
    BOOST_TEST(shortened("abc", 0) == "");
}

BOOST_AUTO_TEST_CASE(a_table_gives_up_what_matters_least)
{
    text_table table({{"ID", true}, {"NAME", false, 0, 12}, {"LESS", false, 2}, {"MORE", false, 1}});
    table.add({"7", "a name of some length", "less", "more"});
    table.add({"12", "\x1b[31m", "l", "m"});
    BOOST_TEST(table.text(0) == "ID  NAME                   LESS  MORE\n"
                                " 7  a name of some length  less  more\n"
                                "12  \\x1b[31m               l     m\n");
    BOOST_TEST(table.text(30) == "ID  NAME            LESS  MORE\n"
                                 " 7  a name of som…  less  more\n"
                                 "12  \\x1b[31m        l     m\n");
    BOOST_TEST(table.text(24) == "ID  NAME            MORE\n"
                                 " 7  a name of som…  more\n"
                                 "12  \\x1b[31m        m\n");
    BOOST_TEST(table.text(20) == "ID  NAME\n"
                                 " 7  a name of some …\n"
                                 "12  \\x1b[31m\n");
    BOOST_TEST(table.text(12) == "ID  NAME\n" // even what is left is too much
                                 " 7  a name …\n"
                                 "12  \\x1b[31m\n");
}

BOOST_AUTO_TEST_CASE(a_table_cuts_first_what_it_was_told_to)
{
    text_table table({{"LONG", false, 0, 4, 1}, {"OF", false, 0, 4}, {"VALUE", true}});
    table.add({"abcdefgh", "ijklmnop", "7"});
    BOOST_TEST(table.natural_width() == 25U);
    BOOST_TEST(table.lines(23).back() == "abcde…  ijklmnop      7");
    BOOST_TEST(table.lines(21).back() == "abc…  ijklmnop      7");
    BOOST_TEST(table.lines(20).back() == "abc…  ijklmn…      7");
    BOOST_TEST(table.lines(17).back() == "abc…  ijk…      7");
}

BOOST_AUTO_TEST_CASE(queries_are_encoded)
{
    std::string target = "/connections";
    add_parameter(target, "remote", "[::1]:80 &");
    add_parameter(target, "service", "http");
    BOOST_TEST(target == "/connections?remote=%5B%3A%3A1%5D%3A80%20%26&service=http");
}

BOOST_AUTO_TEST_CASE(rates_are_differences)
{
    using std::chrono::seconds;
    auto const object = [](char const* text) { return boost::json::parse(text).as_object(); };
    auto const stats = [&](int received, int counts) {
        return object(
            ("{\"services\":[{\"name\":\"http\",\"open\":1,\"opened\":" + std::to_string(received) +
             ",\"received\":" + std::to_string(received) +
             ",\"sent\":0}],\"metrics\":[{\"name\":\"polyport_http_request_duration_seconds\",\"labels\":{"
             "\"service\":\"http\",\"status\":\"2xx\"},\"buckets\":[" +
             std::to_string(counts) +
             ",0],\"bounds\":[1.0]},{\"name\":\"process_cpu_seconds_total\",\"labels\":{},\"value\":" +
             std::to_string(counts) + "}]}")
                .c_str());
    };
    rates r;
    auto const start = std::chrono::steady_clock::time_point(seconds(100));
    r.look(object(R"({"connections":[{"id":1,"received":1000,"sent":0,"age":5}]})"), stats(100, 0), start);
    BOOST_TEST(r.of(1).both() == 0.0); // nothing to compare with yet
    r.look(
        object(
            R"({"connections":[{"id":1,"received":3000,"sent":50,"age":7},{"id":2,"received":100,"sent":0,"age":1}]})"),
        stats(300, 10), start + seconds(2));
    BOOST_TEST(r.of(1).received == 1000.0);
    BOOST_TEST(r.of(1).sent == 25.0);
    BOOST_TEST(r.of(2).received == 100.0); // since it came
    BOOST_TEST(r.of(3).both() == 0.0);
    BOOST_TEST_REQUIRE(r.services().size() == 1U);
    BOOST_TEST(r.services()[0].bytes.received == 100.0);
    BOOST_TEST(r.requests().requests == 5.0);
    BOOST_TEST(r.requests().p50 == 0.5);
    BOOST_TEST(r.processor() == 5.0);
    r.look(object(R"({"connections":[]})"), stats(0, 0), start + seconds(4)); // another daemon
    BOOST_TEST(r.services()[0].bytes.received == 0.0);
    BOOST_TEST(r.processor() == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()
