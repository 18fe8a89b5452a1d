// SPDX-License-Identifier: BSL-1.0
#include "common/connection_json.hpp"
#include "common/runtime.hpp"
#include "ip.hpp"
#include "tests/kit/harness.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string>

using namespace polyport;
using namespace polyport::testing;
using namespace std::chrono_literals;
using test::ip;
namespace json = boost::json;

namespace {

task<> waits(stream client)
{
    co_await client.read_some();
}

constexpr service_definition row{"waits", transports::streams, "stands in for a service", waits};

/// What `append` writes into an object, as text and read again.
json::object members(std::function<void(json_writer&)> const& append)
{
    std::string text;
    json_writer writer(text);
    writer.begin_object();
    append(writer);
    writer.end_object();
    return json::parse(text).as_object();
}

std::string address(socket_address const& of)
{
    std::string text;
    json_writer writer(text);
    append_address(writer, of);
    return text;
}

/// A connection whose record can be filled as it would be in a daemon.
struct one_connection {
    harness test{row};
    peer client = test.connect();
    connection& record = *test.owner().connections().after(0);

    json::object shown(connection::time_point now, kernel_view tcp = kernel_view::leave_out)
    {
        return members([&](json_writer& writer) { append_connection(writer, record, now, tcp); });
    }
    json::object shown() { return shown(record.started); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(connection_json)

BOOST_AUTO_TEST_CASE(addresses_are_objects_of_their_kind)
{
    BOOST_TEST(address(ip("127.0.0.1", 8000)) == R"({"address":"127.0.0.1","port":8000})");
    BOOST_TEST(address(ip("2001:db8::1", 1)) == R"({"address":"2001:db8::1","port":1})");
    BOOST_TEST(address(ip("::ffff:192.0.2.1", 1)) == R"({"address":"192.0.2.1","port":1})");
    BOOST_TEST(address(socket_address::from_unix("/run/x.sock")) == R"({"path":"/run/x.sock"})");
    BOOST_TEST(address(socket_address::from_unix(std::string("\0name", 5))) == R"({"path":"@name"})");
    BOOST_TEST(address(socket_address::from_unix("/a\"b\n")) == R"({"path":"/a\"b\n"})");
    BOOST_TEST(address(socket_address()) == "null");
}

BOOST_AUTO_TEST_CASE(times_are_seconds_to_the_millisecond)
{
    BOOST_TEST(seconds(0s) == 0.0);
    BOOST_TEST(seconds(1500ms) == 1.5);
    BOOST_TEST(seconds(1us) == 0.0);
    BOOST_TEST(seconds(-2s) == -2.0);
    BOOST_TEST(seconds(24h) == 86'400.0);
}

BOOST_AUTO_TEST_CASE(a_connection_has_its_identity_state_and_counters)
{
    one_connection one;
    auto& c = one.record;
    c.state = connection_state::writing;
    c.received = 12;
    c.sent = 34;
    c.last_activity = c.started + 1s;
    c.clear_deadline();
    auto const shown = one.shown(c.started + 2500ms);
    BOOST_TEST(shown.at("id").to_number<std::uint64_t>() == c.id);
    BOOST_TEST(shown.at("service").as_string() == "waits");
    BOOST_TEST(shown.at("transport").as_string() == std::string(to_string(c.kind)));
    BOOST_TEST(shown.contains("local"));
    BOOST_TEST(shown.contains("remote"));
    BOOST_TEST(shown.at("state").as_string() == "writing");
    BOOST_TEST(shown.at("peer").as_string() == "present");
    BOOST_TEST(shown.at("deadline").is_null());
    BOOST_TEST(shown.at("received").to_number<int>() == 12);
    BOOST_TEST(shown.at("sent").to_number<int>() == 34);
    BOOST_TEST(shown.at("age").to_number<double>() == 2.5);
    BOOST_TEST(shown.at("idle").to_number<double>() == 1.5);
    // What is not so, is not there.
    for (char const* const name : {"request", "user", "program", "tcp"})
        BOOST_TEST(!shown.contains(name), name);
}

BOOST_AUTO_TEST_CASE(the_deadline_is_the_one_that_passes_first)
{
    one_connection one;
    auto& c = one.record;
    c.deadline = deadline_kind::header;
    c.deadline_at = c.started + 10s;
    c.write_deadline_at = c.started + 30s;
    auto shown = one.shown(c.started + 4s);
    BOOST_TEST(shown.at("deadline").at("kind").as_string() == "header");
    BOOST_TEST(shown.at("deadline").at("in").to_number<double>() == 6.0);
    c.deadline_at = c.started + 40s;
    shown = one.shown(c.started + 4s);
    BOOST_TEST(shown.at("deadline").at("kind").as_string() == "write");
    BOOST_TEST(shown.at("deadline").at("in").to_number<double>() == 26.0);
    c.clear_write_deadline();
    c.clear_deadline();
}

BOOST_AUTO_TEST_CASE(what_a_request_has_brought_is_shown_while_it_lasts)
{
    one_connection one;
    auto& c = one.record;
    std::string const user = "al\x01"
                             "ice\xff";
    std::string const nobody;
    process_info process;
    process.pid = 4711;
    process.program = "/srv/www/report";
    process.started = c.started + 1s;
    process.received = 5;
    process.sent = 6;
    c.request = "GET /\"x\" HTTP/1.1";
    c.user = &user;
    c.process = &process;
    auto shown = one.shown(c.started + 3s);
    BOOST_TEST(shown.at("request").as_string() == "GET /\"x\" HTTP/1.1");
    BOOST_TEST(shown.at("user").as_string() == "al\x01"
                                               "ice\xef\xbf\xbd"); // what is no UTF-8: U+FFFD
    auto const& program = shown.at("program").as_object();
    BOOST_TEST(program.at("path").as_string() == "/srv/www/report");
    BOOST_TEST(program.at("pid").to_number<int>() == 4711);
    BOOST_TEST(program.at("age").to_number<double>() == 2.0);
    BOOST_TEST(program.at("received").to_number<int>() == 5);
    BOOST_TEST(program.at("sent").to_number<int>() == 6);

    c.request = {};
    c.user = &nobody; // a request without a user
    c.process = nullptr;
    shown = one.shown();
    for (char const* const name : {"request", "user", "program"})
        BOOST_TEST(!shown.contains(name), name);
    c.user = nullptr;
}

BOOST_AUTO_TEST_CASE(credentials_are_those_that_the_transport_knows)
{
    one_connection one;
    auto& c = one.record;
    c.peer = ucred{.pid = 12, .uid = 34, .gid = 56};
    auto const shown = members([&](json_writer& writer) { append_identity(writer, c); });
    auto const& known = shown.at("credentials").as_object();
    BOOST_TEST(known.at("uid").to_number<int>() == 34);
    bool const local = c.kind == transport::unix_stream;
    BOOST_TEST(known.contains("gid") == local);
    BOOST_TEST(known.contains("pid") == local);
    c.peer.reset();
    BOOST_TEST(!members([&](json_writer& writer) { append_identity(writer, c); }).contains("credentials"));
}

BOOST_AUTO_TEST_CASE(a_flow_has_messages_and_bytes)
{
    one_connection one;
    flow f;
    f.id = 9;
    f.service = &one.record.service;
    f.local = ip("127.0.0.1", 8000);
    f.remote = ip("192.0.2.7", 5353);
    f.started = connection::time_point(10s);
    f.last_activity = connection::time_point(11s);
    f.messages_received = 1;
    f.messages_sent = 2;
    f.received = 3;
    f.sent = 4;
    std::string text;
    json_writer writer(text);
    writer.begin_object();
    append_flow(writer, f, connection::time_point(12s));
    writer.end_object();
    auto const shown = json::parse(text).as_object();
    BOOST_TEST(
        json::serialize(shown) ==
        json::serialize(json::parse(
            R"({"id":9,"service":"waits","transport":"udp","local":{"address":"127.0.0.1","port":8000},)"
            R"("remote":{"address":"192.0.2.7","port":5353},"messages_received":1,"messages_sent":2,)"
            R"("received":3,"sent":4,"age":2,"idle":1})")));
}

BOOST_AUTO_TEST_SUITE_END()
