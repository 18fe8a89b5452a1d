// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/admission.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace polyport;
using cgi::admission;

namespace {

struct fixture {
    boost::asio::io_context context{1};
    polyport::clock const time;
    readiness set{context, time};

    void run()
    {
        context.restart();
        context.poll();
    }

    /// Waits in a queue; tells what came of it.
    struct client {
        client(admission& in, std::string const& peer) : of(in), at(peer)
        {
            of.async_wait(at, [this](outcome waited) {
                result = waited.error;
                if (!waited)
                    right = of.take(at);
            });
        }
        admission& of;
        admission::place at;
        std::optional<error_code> result;
        admission::ticket right;
    };
};

admission::limits most(std::uint32_t running, std::uint32_t for_each_peer, std::uint32_t waiting,
                       std::chrono::milliseconds patience = std::chrono::milliseconds(0))
{
    return {running, for_each_peer, waiting, patience};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(cgi_admission, fixture)

BOOST_AUTO_TEST_CASE(a_ticket_is_a_place_until_it_goes)
{
    admission in(set, most(2, 0, 0));
    auto first = in.try_enter("a");
    auto second = in.try_enter("a");
    BOOST_TEST(static_cast<bool>(first));
    BOOST_TEST(static_cast<bool>(second));
    BOOST_TEST(!in.try_enter("b"));
    BOOST_TEST(in.running() == 2U);
    auto moved = std::move(first);
    BOOST_TEST(in.running() == 2U);
    moved = {};
    BOOST_TEST(in.running() == 1U);
    BOOST_TEST(static_cast<bool>(in.try_enter("b")));
    BOOST_TEST(in.running() == 1U);
}

BOOST_AUTO_TEST_CASE(who_waits_comes_in_order_and_is_not_overtaken)
{
    admission in(set, most(1, 0, 2));
    auto right = in.try_enter("a");
    BOOST_TEST(in.has_room_to_wait());
    client first(in, "b");
    client second(in, "c");
    BOOST_TEST(!in.has_room_to_wait());
    run();
    BOOST_TEST(!first.result.has_value());

    right = {};
    BOOST_TEST(!in.try_enter("d"));
    run();
    BOOST_REQUIRE(first.result.has_value());
    BOOST_TEST(!first.result->failed());
    BOOST_TEST(!second.result.has_value());
    BOOST_TEST(in.running() == 1U);
    first.right = {};
    run();
    BOOST_TEST(second.result.has_value());
    second.right = {};
    BOOST_TEST(in.running() == 0U);
    BOOST_TEST(in.waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(one_peer_cannot_take_all)
{
    admission in(set, most(3, 2, 4));
    auto one = in.try_enter("a");
    auto two = in.try_enter("a");
    BOOST_TEST(!in.try_enter("a"));
    client third(in, "a");
    auto other = in.try_enter("b"); // those of a wait for a's own, not for b
    BOOST_TEST(static_cast<bool>(other));
    other = {};
    run();
    BOOST_TEST(!third.result.has_value());
    one = {};
    run();
    BOOST_TEST(third.result.has_value());
    two = {};
    third.right = {};

    // Peers without an address have the common limit alone.
    auto x = in.try_enter("");
    auto y = in.try_enter("");
    auto z = in.try_enter("");
    BOOST_TEST(static_cast<bool>(z));
    BOOST_TEST(!in.try_enter(""));
}

BOOST_AUTO_TEST_CASE(patience_ends)
{
    admission in(set, most(1, 0, 2, std::chrono::milliseconds(1000)));
    auto const right = in.try_enter("a");
    BOOST_TEST((in.next_expiry() == admission::time_point::max()));
    client first(in, "b");
    auto const until = in.next_expiry();
    BOOST_TEST((in.expire(until - std::chrono::milliseconds(1)) == until));
    run();
    BOOST_TEST(!first.result.has_value());
    BOOST_TEST((in.expire(until) == admission::time_point::max()));
    run();
    BOOST_REQUIRE(first.result.has_value());
    BOOST_TEST((*first.result == errc::handler_timeout));
    BOOST_TEST(in.waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(a_wait_can_be_ended)
{
    admission in(set, most(1, 0, 2));
    auto right = in.try_enter("a");
    client first(in, "b");
    in.cancel(first.at, errc::killed);
    in.cancel(first.at, errc::killed);
    run();
    BOOST_REQUIRE(first.result.has_value());
    BOOST_TEST((*first.result == errc::killed));

    boost::asio::cancellation_signal signal;
    admission::place at("c");
    std::optional<error_code> result;
    in.async_wait(at, boost::asio::bind_cancellation_slot(signal.slot(),
                                                          [&](outcome waited) { result = waited.error; }));
    signal.emit(boost::asio::cancellation_type::terminal);
    run();
    BOOST_REQUIRE(result.has_value());
    BOOST_TEST((*result == boost::asio::error::operation_aborted));
    BOOST_TEST(in.waiting() == 0U);
    right = {};
    BOOST_TEST(in.running() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
