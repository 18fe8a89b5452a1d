// SPDX-License-Identifier: BSL-1.0
#include "common/event_hub.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

void count_call(void* whom) noexcept
{
    ++*static_cast<int*>(whom);
}

std::string taken(polyport::event_subscriber& from, std::size_t enough = 1 << 20)
{
    std::string out;
    BOOST_TEST(from.take(out, enough));
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_hub)

BOOST_AUTO_TEST_CASE(nobody_watches_and_nothing_is_kept)
{
    polyport::event_hub hub;
    BOOST_TEST(!hub.wanted());
    hub.publish("opened", "{}");
    int calls = 0;
    polyport::event_subscriber late(hub, count_call, &calls);
    BOOST_TEST(!late.has_more());
    BOOST_TEST(taken(late).empty());
    BOOST_TEST(hub.published() == 0U);
}

BOOST_AUTO_TEST_CASE(each_subscriber_sees_what_comes_after_it_in_its_order)
{
    polyport::event_hub hub;
    int calls = 0;
    polyport::event_subscriber first(hub, count_call, &calls);
    hub.publish("opened", R"({"id":1})");
    polyport::event_subscriber second(hub, count_call, &calls);
    hub.publish("closed", R"({"id":1})");
    BOOST_TEST(calls == 3);
    BOOST_TEST(taken(first) == "id: 1\nevent: opened\ndata: {\"id\":1}\n\n"
                               "id: 2\nevent: closed\ndata: {\"id\":1}\n\n");
    BOOST_TEST(taken(second) == "id: 2\nevent: closed\ndata: {\"id\":1}\n\n");
    BOOST_TEST(!first.has_more());
}

BOOST_AUTO_TEST_CASE(events_are_taken_in_pieces)
{
    polyport::event_hub hub;
    int calls = 0;
    polyport::event_subscriber one(hub, count_call, &calls);
    for (int i = 0; i < 10; ++i)
        hub.publish("tick", "{}");
    std::string all;
    int pieces = 0;
    while (one.has_more()) {
        auto const piece = taken(one, 1);
        BOOST_TEST(piece.find("\n\n") == piece.size() - 2); // one whole event each
        all += piece;
        ++pieces;
    }
    BOOST_TEST(pieces == 10);
    BOOST_TEST(all.starts_with("id: 1\n"));
}

BOOST_AUTO_TEST_CASE(who_does_not_read_is_dropped_and_counted_and_memory_is_bounded)
{
    polyport::event_hub hub;
    int calls = 0;
    polyport::event_subscriber idle(hub, count_call, &calls);
    polyport::event_subscriber busy(hub, count_call, &calls);
    std::string const data(10'000, 'x');
    std::string out;
    for (std::size_t i = 0; i < polyport::event_hub::max_bytes / data.size() + 10; ++i) {
        BOOST_TEST(idle.missed_some() == (hub.dropped() == 1));
        hub.publish("opened", data);
        BOOST_TEST(busy.take(out, 1 << 20));
        out.clear();
    }
    BOOST_TEST(idle.missed_some());
    BOOST_TEST(!busy.missed_some());
    BOOST_TEST(!idle.take(out, 1 << 20));
    BOOST_TEST(out.empty());
    BOOST_TEST(hub.dropped() == 1U);
}

BOOST_AUTO_TEST_CASE(one_event_larger_than_the_ring_still_passes)
{
    polyport::event_hub hub;
    int calls = 0;
    polyport::event_subscriber one(hub, count_call, &calls);
    hub.publish("opened", std::string(polyport::event_hub::max_bytes + 1, 'x'));
    BOOST_TEST(taken(one, 1 << 22).size() > polyport::event_hub::max_bytes);
}

BOOST_AUTO_TEST_CASE(there_is_room_for_so_many_and_again_when_they_leave)
{
    polyport::event_hub hub;
    int calls = 0;
    {
        std::deque<polyport::event_subscriber> all;
        while (hub.has_room())
            all.emplace_back(hub, count_call, &calls);
        BOOST_TEST(hub.subscribers() == polyport::event_hub::max_subscribers);
    }
    BOOST_TEST(hub.subscribers() == 0U);
    BOOST_TEST(hub.has_room());
}

BOOST_AUTO_TEST_SUITE_END()
