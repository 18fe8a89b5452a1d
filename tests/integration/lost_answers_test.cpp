// SPDX-License-Identifier: BSL-1.0
// Datagrams that could not be sent: they are counted as what they are, and nobody else notices.
#include "tests/integration/admin_calls.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>
#include <sys/syscall.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

struct counts {
    std::uint64_t received, sent, lost;
    friend bool operator==(counts const&, counts const&) = default;
};

/// Of messages, as GET /stats has them for a service.
counts counts_of(steered_daemon const& daemon, std::string_view service)
{
    auto const stats = daemon.get("/stats");
    for (auto const& one : stats.at("services").as_array())
        if (one.at("name").as_string() == boost::json::string_view(service.data(), service.size()))
            return {number_at(one.as_object(), "messages_received"),
                    number_at(one.as_object(), "messages_sent"), number_at(one.as_object(), "lost_answers")};
    BOOST_FAIL("no service " << service);
    return {};
}

bool scrape_has(steered_daemon const& daemon, std::string const& line)
{
    return daemon.call("GET", "/metrics").body.find("\n" + line + "\n") != std::string::npos;
}

std::string ask(unique_fd const& client, std::string_view message)
{
    send_datagram(client, message);
    return receive_datagram(client);
}

} // namespace

BOOST_AUTO_TEST_SUITE(lost_answers)

// What a firewall, a route that is gone or an address that has been taken away does to one answer of a batch.
BOOST_AUTO_TEST_CASE(an_answer_over_udp_that_the_kernel_refuses_is_counted_and_the_others_go_out)
{
    launch_options options;
    // The first attempt to send three answers at once: the error is about the first of them.
    options.fails = failing_call{.number = SYS_sendmmsg, .argument = 2, .value = 3, .error = EPERM};
    steered_daemon daemon({"--udp-uppercase", "0"}, options);
    auto const port = daemon.server().port("udp-uppercase");
    unique_fd const refused = connect_udp(port);
    std::vector<unique_fd> others;
    others.push_back(connect_udp(port));
    others.push_back(connect_udp(port));

    daemon.server().hold(); // so that all three are one batch
    send_datagram(refused, "nobody hears this");
    for (unique_fd const& client : others)
        send_datagram(client, "but this");
    daemon.server().let_go();
    for (unique_fd const& client : others)
        BOOST_TEST(receive_datagram(client) == "BUT THIS");

    BOOST_TEST((counts_of(daemon, "udp-uppercase") == counts{3, 2, 1}));
    BOOST_TEST(scrape_has(daemon, "polyport_datagrams_received_total{service=\"udp-uppercase\"} 3"));
    BOOST_TEST(scrape_has(daemon, "polyport_datagrams_sent_total{service=\"udp-uppercase\"} 2"));
    BOOST_TEST(scrape_has(daemon, "polyport_datagrams_lost_total{service=\"udp-uppercase\"} 1"));
    auto const logged =
        daemon.server().log().wait_for([](log_line const& line) { return line.event() == "answer-lost"; });
    BOOST_TEST_REQUIRE(logged.has_value());
    BOOST_TEST(logged->level() == "warning");
    BOOST_TEST(logged->field("service") == "udp-uppercase");
    BOOST_TEST(logged->field("remote") == local_text(refused));
    BOOST_TEST(logged->field("reason") == "Operation not permitted");

    // The service goes on, for the one that was refused as well.
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(ask(refused, "again") == "AGAIN");
    BOOST_TEST((counts_of(daemon, "udp-uppercase") == counts{13, 12, 1}));
}

BOOST_AUTO_TEST_CASE(answers_to_a_receiver_that_has_gone_are_counted)
{
    temporary_directory const directory;
    steered_daemon daemon({"--local-datagram", directory / "d.sock"});
    daemon.server().hold();
    for (int i = 0; i < 5; ++i) {
        std::filesystem::path const own = directory / ("own-" + std::to_string(i));
        send_datagram(connect_unix_datagram(directory / "d.sock", own), "no time to wait");
        std::filesystem::remove(own);
    }
    daemon.server().let_go();
    unique_fd const client = connect_unix_datagram(directory / "d.sock", directory / "client");
    BOOST_TEST(ask(client, "still here") == "STILL HERE");
    BOOST_TEST((counts_of(daemon, "local-datagram") == counts{6, 1, 5}));
    BOOST_TEST(scrape_has(daemon, "polyport_datagrams_lost_total{service=\"local-datagram\"} 5"));
    BOOST_TEST(daemon.server()
                   .log()
                   .wait_for([](log_line const& l) { return l.event() == "answer-lost"; })
                   .has_value());
}

// The kernel takes some for a receiver that does not read, the daemon keeps 1,024 more; the others are lost,
// and what has been kept goes out once there is room.
BOOST_AUTO_TEST_CASE(answers_beyond_what_is_kept_for_a_full_receiver_are_counted)
{
    std::size_t in_kernel = 0;
    std::ifstream("/proc/sys/net/unix/max_dgram_qlen") >> in_kernel;
    std::size_t const messages = in_kernel + 1024 + 200;
    temporary_directory const directory;
    steered_daemon daemon({"--local-datagram", directory / "d.sock"});
    // Not connected: only then does the kernel bound its queue.
    unique_fd const lazy = bind_unix(directory / "lazy", SOCK_DGRAM);
    for (std::size_t i = 0; i < messages; ++i)
        send_datagram_to(lazy, directory / "d.sock", "number " + std::to_string(i));
    BOOST_TEST(eventually([&] { return counts_of(daemon, "local-datagram").received == messages; }));
    BOOST_TEST(counts_of(daemon, "local-datagram").lost >= 100U);

    // Whatever comes now has not been lost, and the counts add up to all of them.
    set_limit(lazy, milliseconds(500));
    std::size_t answered = 0;
    try {
        for (;; ++answered)
            receive_datagram(lazy);
    } catch (std::system_error const&) {
        // nothing has come for a while
    }
    counts const at_end = counts_of(daemon, "local-datagram");
    BOOST_TEST(at_end.sent == answered);
    BOOST_TEST(at_end.sent + at_end.lost == messages);
    BOOST_TEST(answered >= 1024U);
}

BOOST_AUTO_TEST_SUITE_END()
