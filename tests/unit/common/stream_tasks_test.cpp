// SPDX-License-Identifier: BSL-1.0
#include "common/blocking.hpp"
#include "common/runtime.hpp"
#include "tests/kit/harness.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>

using namespace polyport;
using namespace polyport::testing;
using namespace std::chrono_literals;

namespace {

/// `tick` each second, until something comes.
task<> ticks(stream client)
{
    for (;;) {
        auto const slept = co_await client.sleep(1s);
        if (slept)
            co_return;
        auto const failed = co_await client.write("tick ");
        if (failed)
            co_return;
    }
}

task<> clock_with_task(stream client)
{
    client.start(ticks(client.share()));
    auto const got = co_await client.read_some();
    if (got)
        co_await client.write("bye");
}

task<> reads_beside_its_task(stream client)
{
    client.start(clock_with_task(client.share()));
    auto const got = co_await client.read_some();
    if (!got && got.error() == boost::asio::error::already_started)
        co_await client.write("already read");
}

task<> throws_in_a_task(stream client)
{
    co_await client.sleep(1s);
    throw std::runtime_error("what a task has thrown");
}

task<> waits_beside_a_task_that_throws(stream client)
{
    client.start(throws_in_a_task(client.share()));
    co_await client.read_some();
}

/// Posts as many bytes as it is told, and then `end`.
task<> posts(stream client)
{
    auto const line = co_await client.read_line();
    if (!line)
        co_return;
    client.set_post_limit(1'000'000);
    auto const size = std::stoul(std::string(*line));
    client.post(std::string(size, 'x'));
    auto const failed = co_await client.write("end");
    if (!failed)
        co_await client.read_some();
}

task<> posts_and_leaves(stream client)
{
    co_await client.read_line();
    client.post(std::string(900'000, 'x'));
    co_await client.flush();
}

task<> computes_elsewhere(stream client)
{
    auto const here = std::this_thread::get_id();
    auto work = [here, text = std::string("somewhere")] {
        return text + (std::this_thread::get_id() == here ? " here" : " else");
    };
    auto const answer = co_await run_blocking(client.owner(), std::move(work));
    co_await client.write(answer);
    auto broken = [] { throw std::runtime_error("the work has failed"); };
    std::string caught;
    try {
        co_await run_blocking(client.owner(), broken);
    } catch (std::runtime_error const& error) {
        caught = std::string(", ") + error.what();
    }
    co_await client.write(caught);
}

task<> works_until_drained(stream client)
{
    auto const stop = client.drain_token();
    int rounds = 0;
    while (!stop.stop_requested()) {
        ++rounds;
        co_await client.sleep(1s);
    }
    auto const answer = std::to_string(rounds) + (client.draining() ? " rounds" : "?");
    co_await client.write(answer);
}

constexpr service_definition clock_row{"clock", transports::streams, "tick", clock_with_task};
constexpr service_definition both_row{"both", transports::streams, "read twice", reads_beside_its_task};
constexpr service_definition throwing_row{"throwing", transports::streams, "throw in a task",
                                          waits_beside_a_task_that_throws};
constexpr service_definition posting_row{"posting", transports::streams, "post", posts};
constexpr service_definition leaving_row{"leaving", transports::streams, "post and leave", posts_and_leaves};
constexpr service_definition pool_row{"pool", transports::streams, "compute elsewhere", computes_elsewhere};
constexpr service_definition draining_row{"rounds", transports::streams, "go round", works_until_drained};

} // namespace

BOOST_AUTO_TEST_SUITE(stream_tasks)

BOOST_AUTO_TEST_CASE(a_task_of_the_connection_runs_beside_its_handler_and_ends_with_it)
{
    harness test(clock_row);
    auto client = test.connect();
    test.advance(3500ms);
    BOOST_TEST(client.received() == "tick tick tick ");
    client.send("x");
    BOOST_TEST(client.received() == "bye");
    BOOST_TEST(client.ended());
    BOOST_TEST(test.connections() == 0U);
    BOOST_TEST(test.logged("\"reason\":\"done\""));
}

BOOST_AUTO_TEST_CASE(a_task_ends_with_its_connection)
{
    harness test(clock_row, {"--idle-timeout", "2500ms"});
    auto client = test.connect();
    test.advance(5s);
    BOOST_TEST(client.received() == "tick tick ");
    BOOST_TEST(client.ended());
    BOOST_TEST(test.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(one_task_reads_at_a_time)
{
    harness test(both_row);
    auto client = test.connect();
    BOOST_TEST(client.received() == "already read");
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_task_ends_its_connection_alone)
{
    harness test(throwing_row);
    auto first = test.connect();
    test.advance(500ms);
    auto second = test.connect();
    test.advance(600ms);
    BOOST_TEST(first.ended());
    BOOST_TEST(!second.ended());
    BOOST_TEST(test.logged("what a task has thrown"));
    BOOST_TEST(test.logged("\"reason\":\"handler failed\""));
}

BOOST_AUTO_TEST_CASE(what_is_posted_goes_before_what_is_written_afterwards)
{
    harness test(posting_row);
    for (std::size_t const size : {0U, 10U, 500'000U, 1'000'000U}) {
        auto client = test.connect();
        client.send(std::to_string(size) + "\n");
        auto const answer = client.received();
        BOOST_TEST(answer.size() == size + 3);
        BOOST_TEST(answer.ends_with("end"));
    }
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_more_slowly_than_others_post_is_dropped)
{
    harness test(posting_row);
    auto client = test.connect();
    client.send("2000000\n");
    BOOST_TEST(test.connections() == 0U);
    BOOST_TEST(test.logged("too slow a reader"));
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_nothing_of_what_was_posted_ends_at_the_write_time_out)
{
    harness test(posting_row, {"--write-timeout", "5s", "--idle-timeout", "1h"});
    auto client = test.connect();
    client.send("900000\n");
    test.advance(4s);
    BOOST_TEST(test.connections() == 1U);
    test.advance(2s);
    BOOST_TEST(test.connections() == 0U);
    BOOST_TEST(test.logged("\"reason\":\"write time-out\""));
}

BOOST_AUTO_TEST_CASE(a_flush_waits_until_all_is_sent)
{
    harness test(leaving_row);
    auto client = test.connect();
    client.send("go\n");
    BOOST_TEST(test.connections() == 1U);
    BOOST_TEST(client.received().size() == 900'000U);
    BOOST_TEST(client.ended());
}

BOOST_AUTO_TEST_CASE(blocking_work_runs_on_another_thread_and_may_throw)
{
    harness test(pool_row);
    auto client = test.connect();
    BOOST_TEST(client.received() == "somewhere else, the work has failed");
}

BOOST_AUTO_TEST_CASE(who_is_busy_is_told_to_stop_and_may_finish)
{
    harness test(draining_row);
    auto client = test.connect();
    test.advance(2500ms);
    test.drain();
    BOOST_TEST(!client.ended());
    test.advance(1s);
    BOOST_TEST(client.received() == "3 rounds");
    BOOST_TEST(client.ended());
}

BOOST_AUTO_TEST_CASE(every_operation_may_fail)
{
    BOOST_TEST(fail_everywhere(clock_row, "x") >= 2U);
    BOOST_TEST(fail_everywhere(posting_row, "900000\n") >= 5U);
}

BOOST_AUTO_TEST_SUITE_END()
