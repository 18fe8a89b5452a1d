// SPDX-License-Identifier: BSL-1.0
// Clients and programs at their worst, together: nothing may be left behind, and everybody else is served.
#include "tests/integration/cgi_site.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

enum class stage {
    amid_head,
    after_head,
    amid_body,
    soon,           ///< a moment later, when the program has started or not
    after_a_byte,   ///< of the answer
    half_shut_soon, ///< has shut its sending side before
};

constexpr stage all_stages[] = {stage::amid_head, stage::after_head,   stage::amid_body,
                                stage::soon,      stage::after_a_byte, stage::half_shut_soon};

void leave_at(stage when, cgi_site const& site, std::string const& program, bool by_reset)
{
    bool const with_body = when == stage::amid_body;
    std::string request = (with_body ? "POST" : "GET") + std::string(" /cgi-bin/") + program +
                          " HTTP/1.1\r\nHost: a\r\n" + (with_body ? "Content-Length: 100000\r\n" : "") +
                          "\r\n" + (with_body ? std::string(70'000, 'x') : "");
    if (when == stage::amid_head)
        request.resize(request.size() / 2);
    unique_fd const client = connect_tcp(site.port());
    if (by_reset)
        reset_on_close(client);
    try {
        send_all(client, request);
        if (when == stage::half_shut_soon)
            shut_sending(client);
        if (when == stage::soon || when == stage::half_shut_soon)
            ::usleep(3'000);
        if (when == stage::after_a_byte) {
            set_limit(client, milliseconds(100)); // some never answer
            receive_some(client, 1);
        }
    } catch (std::system_error const&) { // it was answered, and closed, before all was said
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_chaos)

BOOST_AUTO_TEST_CASE(clients_that_leave_at_every_stage_leave_nothing_behind)
{
    cgi_site const site{"--http-cgi-kill-grace", "100ms", "--http-cgi-output-grace", "50ms",
                        "--http-header-timeout", "1s",    "--http-cgi-max",          "8"};
    {
        descriptor_check const descriptors(site.server);
        for (std::string const program :
             {"hello.sh", "silent.sh", "stubborn.sh", "family.sh", "flood?3000000", "echo", "events.sh",
              "closes-input.sh", "outlives.sh", "noisy.sh", "endless-errors.sh", "nph-raw.sh", "crash.sh",
              "redirect.sh", "no-interpreter"}) {
            for (stage const when : all_stages) {
                leave_at(when, site, program, false);
                leave_at(when, site, program, true);
            }
        }
        BOOST_TEST(site.get("hello.sh").body == "hello\n");
        BOOST_TEST(site.has_no_children());
    }
}

BOOST_AUTO_TEST_CASE(many_at_a_time_are_started_and_answered)
{
    cgi_site const site{"--http-cgi-max", "16", "--http-cgi-queue", "200"};
    descriptor_check const descriptors(site.server);
    for (int round = 0; round < 3; ++round) {
        std::vector<unique_fd> clients;
        for (int i = 0; i < 40; ++i)
            clients.push_back(site.ask(i % 4 == 3 ? "no-interpreter" : "hello.sh"));
        for (std::size_t i = 0; i < clients.size(); ++i) {
            auto const reply = receive_reply(clients[i]);
            BOOST_TEST(reply.status == (i % 4 == 3 ? 500 : 200));
            if (reply.status == 200)
                BOOST_TEST(reply.body == "hello\n");
        }
    }
    BOOST_TEST(site.has_no_children());
}

BOOST_AUTO_TEST_CASE(endless_errors_hold_nobody_up_and_end_by_the_time_limit)
{
    cgi_site const site{"--http-cgi-timeout", "1500ms", "--http-cgi-kill-grace", "100ms"};
    unique_fd const client = site.ask("endless-errors.sh");
    BOOST_TEST(site.server.log().wait_for_count("cgi-stderr", 1));
    BOOST_TEST(site.get("hello.sh").body == "hello\n");
    BOOST_TEST(receive_reply(client).status == 504);
    BOOST_TEST(site.ended("endless-errors.sh").field("reason") == "http-cgi-timeout");
    BOOST_TEST(site.server.log().count("cgi-stderr") <= 60U);
    BOOST_TEST(site.has_no_children());
}

BOOST_AUTO_TEST_SUITE_END()
