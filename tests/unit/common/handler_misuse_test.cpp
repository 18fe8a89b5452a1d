// SPDX-License-Identifier: BSL-1.0
// What handlers do wrong has a defined end, and harms no other connection.
#include "common/runtime.hpp"
#include "tests/kit/harness.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <thread>

using namespace polyport;
using namespace polyport::testing;
using namespace std::chrono_literals;

namespace {

task<> throws(stream client)
{
    auto const line = co_await client.read_line();
    throw std::runtime_error("thrown for " + std::string(line ? *line : "nobody"));
}

task<> throws_at_once(stream)
{
    throw 1;
    co_return;
}

task<> reads_on_for_ever(stream client)
{
    for (;;)
        co_await client.read_some();
}

task<> writes_on_for_ever(stream client)
{
    for (;;)
        co_await client.write("x");
}

task<> sleeps_on_for_ever(stream client)
{
    for (;;)
        co_await client.sleep(1h);
}

task<> never_returns(stream client)
{
    boost::asio::steady_timer never(client.owner().context(), boost::asio::steady_timer::time_point::max());
    co_await never.async_wait(as_tuple_awaitable);
}

task<> blocks(stream client)
{
    auto const line = co_await client.read_line();
    if (line)
        std::this_thread::sleep_for(150ms);
    co_await client.write("awake");
}

task<> leaks_a_task(stream client)
{
    client.start(never_returns(client.share()));
    co_await client.read_line();
}

void throws_for_some(datagram& message)
{
    if (message.text() == "exception")
        throw std::runtime_error("thrown for a datagram");
    if (message.text() == "number")
        throw 1;
    message.reply(message.bytes().size());
}

/// Lets go of the stream, into a place that outlives the handler.
class keeps_streams final : public stream_service {
public:
    task<> serve(stream client) override
    {
        kept_ = std::make_unique<stream>(std::move(client));
        co_return;
    }

private:
    std::unique_ptr<stream> kept_;
};

constexpr service_definition throwing{"throws", transports::streams, "throw", throws};
constexpr service_definition at_once{"at-once", transports::streams, "throw at once", throws_at_once};
constexpr service_definition reading{"reads", transports::streams, "read for ever", reads_on_for_ever};
constexpr service_definition writing{"writes", transports::streams, "write for ever", writes_on_for_ever};
constexpr service_definition sleeping{"sleeps", transports::streams, "sleep for ever", sleeps_on_for_ever};
constexpr service_definition endless{"endless", transports::streams, "never return", never_returns};
constexpr service_definition blocking{"blocks", transports::streams, "block the loop", blocks};
constexpr service_definition leaking{"leaks", transports::streams, "leak a task", leaks_a_task};
constexpr service_definition choosy{"choosy", transports::datagrams, "throw for some", throws_for_some};
constexpr service_definition keeping{"keeps", transports::streams, "keep streams",
                                     make_service<keeps_streams>};

} // namespace

BOOST_AUTO_TEST_SUITE(handler_misuse)

BOOST_AUTO_TEST_CASE(an_exception_ends_its_connection_alone_and_is_logged_with_its_number)
{
    harness test(throwing);
    auto first = test.connect();
    auto second = test.connect();
    first.send("first\n");
    BOOST_TEST(first.ended());
    BOOST_TEST(!second.ended());
    BOOST_TEST(test.logged("\"event\":\"handler-failed\",\"connection\":1"));
    BOOST_TEST(test.logged("thrown for first"));
    BOOST_TEST(test.logged("\"reason\":\"handler failed\""));
}

BOOST_AUTO_TEST_CASE(an_exception_before_the_first_wait_and_of_any_type_is_one_too)
{
    harness test(at_once);
    BOOST_TEST(test.connect().ended());
    BOOST_TEST(test.logged("of an unknown type"));
    BOOST_TEST(test.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_datagram_handler_costs_its_message_alone)
{
    harness test(choosy);
    BOOST_TEST(!test.ask("exception").has_value());
    BOOST_TEST(!test.ask("number").has_value());
    BOOST_TEST(test.ask("hello").value() == "hello");
    BOOST_TEST(test.logged("\"event\":\"handler-failed\",\"service\":\"choosy\",\"flow\":1"));
    BOOST_TEST(test.logged("thrown for a datagram"));
    BOOST_TEST(test.logged("of an unknown type"));
}

BOOST_AUTO_TEST_CASE(
    reading_after_the_end_of_the_stream_gives_the_end_again_and_stops_a_handler_that_never_looks)
{
    harness test(reading);
    auto client = test.connect();
    client.shut_sending();
    BOOST_TEST(client.ended());
    BOOST_TEST(test.logged("the handler went on after 100 errors: 'end of stream'"));
    BOOST_TEST(test.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(writing_to_a_peer_that_has_gone_stops_a_handler_that_never_looks)
{
    harness test(writing);
    {
        auto client = test.connect();
        client.close();
    }
    BOOST_TEST(test.logged("the handler went on after 100 errors"));
    BOOST_TEST(test.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_handler_that_never_looks_at_errors_ends_with_the_daemon)
{
    harness test(sleeping);
    auto client = test.connect();
    test.drain();
    BOOST_TEST(test.connections() == 1U); // busy, as far as anybody knows
    test.owner().connections().end_all(errc::drain_timeout);
    test.settle();
    BOOST_TEST(test.connections() == 0U);
    BOOST_TEST(test.logged("the handler went on after 100 errors: 'drain time-out'"));
}

BOOST_AUTO_TEST_CASE(a_handler_that_waits_for_something_else_for_ever_is_destroyed_with_the_daemon)
{
    auto const ended = std::make_shared<int>(0);
    {
        harness test(endless);
        auto client = test.connect();
        test.drain();
        test.owner().connections().end_all(errc::drain_timeout);
        test.settle();
        BOOST_TEST(test.connections() == 1U);
    }
    // The sanitizers tell if anything of it is left.
}

BOOST_AUTO_TEST_CASE(a_task_that_never_ends_keeps_its_connection_in_the_table_where_it_is_seen)
{
    harness test(leaking);
    auto client = test.connect();
    client.send("go\n");
    BOOST_TEST(test.connections() == 1U);
    for (auto const& c : test.owner().connections().all())
        BOOST_TEST(to_string(c.state) == "closing");
}

BOOST_AUTO_TEST_CASE(a_handler_that_blocks_the_loop_is_named_in_the_log)
{
    harness test(blocking);
    auto innocent = test.connect();
    auto client = test.connect();
    client.send("go\n");
    BOOST_TEST(client.received() == "awake");
    BOOST_TEST(test.logged("\"event\":\"loop-held\",\"connection\":2,\"service\":\"blocks\""));
    BOOST_TEST(!test.logged("\"event\":\"loop-held\",\"connection\":1"));
}

BOOST_AUTO_TEST_CASE(a_stream_that_outlives_its_handler_keeps_the_connection)
{
    harness test(keeping);
    auto first = test.connect();
    BOOST_TEST(!first.ended());
    auto second = test.connect(); // takes the place of the first
    BOOST_TEST(first.ended());
    BOOST_TEST(!second.ended());
    BOOST_TEST(test.connections() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
