// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/cgi_site.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

constexpr std::size_t mib = 1024 * 1024;

/// Takes `count` bytes and forgets them.
void take(unique_fd const& from, std::size_t count)
{
    while (count > 0) {
        auto const some = receive_some(from, std::min<std::size_t>(count, mib)).size();
        if (some == 0)
            throw std::runtime_error("the stream ended too early");
        count -= some;
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_bodies)

// Bodies

BOOST_AUTO_TEST_CASE(a_body_reaches_the_program_with_its_exact_length)
{
    cgi_site const site;
    descriptor_check const descriptors(site.server);
    unique_fd const client = connect_tcp(site.port());
    // Of no bytes, in memory, in a temporary file.
    for (std::size_t const size : {std::size_t{0}, std::size_t{5}, std::size_t{100'000}, 3 * mib}) {
        std::string const body = noise(size);
        for (bool const in_chunks : {false, true}) {
            send_all(client, in_chunks
                                 ? cgi_post("conformance", "Transfer-Encoding: chunked\r\n", chunks_of(body))
                                 : cgi_post("conformance", length_field(size), body));
            std::string const got = receive_reply(client).body;
            std::string const number = std::to_string(size);
            BOOST_TEST(got.find("\"input_size\":" + number + ",") != got.npos, size << in_chunks);
            BOOST_TEST(got.find("\"CONTENT_LENGTH\":\"" + number + "\"") != got.npos, size << in_chunks);
            BOOST_TEST(got.find("TRANSFER_ENCODING") == got.npos);
        }
    }
    std::string const body = noise(2 * mib);
    for (bool const in_chunks : {false, true}) {
        unique_fd const other = connect_tcp(site.port());
        std::string const request =
            in_chunks
                ? cgi_post("echo", "Transfer-Encoding: chunked\r\nConnection: close\r\n", chunks_of(body))
                : cgi_post("echo", length_field(body.size()) + "Connection: close\r\n", body);
        std::string const answer = converse(other, request);
        // Chunked: what is compared is its size alone.
        BOOST_TEST(answer.size() > body.size());
    }
}

BOOST_AUTO_TEST_CASE(a_body_larger_than_allowed_is_refused)
{
    cgi_site const site{"--http-max-body", "100k"};
    for (bool const in_chunks : {false, true}) {
        unique_fd const client = connect_tcp(site.port());
        std::string const body = noise(200'000);
        try {
            send_all(client, in_chunks ? cgi_post("echo", "Transfer-Encoding: chunked\r\n", chunks_of(body))
                                       : cgi_post("echo", length_field(body.size()), body));
        } catch (std::system_error const&) {
            // It may have heard enough.
        }
        BOOST_TEST(receive_reply(client).status == 413);
    }
    BOOST_TEST(site.server.log().count("cgi-ended") == 0U); // nothing was started for them
}

BOOST_AUTO_TEST_CASE(a_program_need_not_read_its_input)
{
    cgi_site const site;
    descriptor_check const descriptors(site.server);
    std::string const body = noise(mib);
    for (char const* program : {"ignores-input.sh", "closes-input.sh"}) {
        for (bool const in_chunks : {false, true}) {
            unique_fd const client = connect_tcp(site.port());
            std::string const request =
                in_chunks ? cgi_post(program, "Transfer-Encoding: chunked\r\nConnection: close\r\n",
                                     chunks_of(body))
                          : cgi_post(program, length_field(body.size()) + "Connection: close\r\n", body);
            std::string const answer = converse(client, request);
            // 100 (Continue) comes first where the end of our side was seen before the answer.
            BOOST_TEST(answer.find("HTTP/1.1 200 ") != answer.npos, program << ": " << answer.substr(0, 200));
        }
    }
    BOOST_TEST(site.has_no_children());
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_all_before_it_reads_has_its_answer)
{
    cgi_site const site;
    std::string const body = noise(10 * mib);
    struct {
        char const* program;
        bool in_chunks;
        char const* body;
    } const cases[] = {
        {"ignores-input.sh", false, "not read\n"},
        {"closes-input.sh", false, "closed\nend\n"},
        {"ignores-input.sh", true, "not read\n"},
    };
    for (auto const& c : cases) {
        unique_fd const client = connect_tcp(site.port());
        // Throws if the connection is cut on the way.
        send_all(client, c.in_chunks ? cgi_post(c.program, "Transfer-Encoding: chunked\r\n", chunks_of(body))
                                     : cgi_post(c.program, length_field(body.size()), body));
        BOOST_TEST(receive_reply(client).body == c.body, c.program);
    }
}

BOOST_AUTO_TEST_CASE(a_large_answer_does_not_wait_for_a_body_that_nobody_wants)
{
    cgi_site const site{"--http-cgi-body", "stream"};
    std::string const body = noise(12 * mib);
    for (bool const in_chunks : {false, true}) {
        unique_fd const client = connect_tcp(site.port());
        send_all(client, in_chunks ? cgi_post("closes-input.sh?20000000", "Transfer-Encoding: chunked\r\n",
                                              chunks_of(body))
                                   : cgi_post("closes-input.sh?20000000", length_field(body.size()), body));
        BOOST_TEST(receive_reply(client).body.size() ==
                   20'000'000U + std::string_view("closed\nend\n").size());
    }
}

BOOST_AUTO_TEST_CASE(a_connection_goes_on_after_a_body_that_was_not_read)
{
    cgi_site const site;
    unique_fd const client = connect_tcp(site.port());
    send_all(client, cgi_post("ignores-input.sh", length_field(1000), noise(1000)) +
                         get_request("/cgi-bin/hello.sh"));
    BOOST_TEST(receive_reply(client).body == "not read\n");
    BOOST_TEST(receive_reply(client).body == "hello\n");
}

BOOST_AUTO_TEST_CASE(continue_is_sent_only_if_the_body_is_wanted)
{
    cgi_site const site{"--http-max-body", "1k"};
    unique_fd const client = connect_tcp(site.port());
    send_all(client, cgi_post("conformance", length_field(3) + "Expect: 100-continue\r\n"));
    BOOST_TEST(receive_until(client, "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    send_all(client, "abc");
    BOOST_TEST(receive_reply(client).body.find("\"input\":\"abc\"") != std::string::npos);
    send_all(client, cgi_post("conformance", length_field(3000) + "Expect: 100-continue\r\n"));
    BOOST_TEST(receive_reply(client).status == 413);
}

BOOST_AUTO_TEST_CASE(a_client_that_breaks_off_its_body_ends_the_program)
{
    cgi_site const site;
    unique_fd client = connect_tcp(site.port());
    send_all(client, cgi_post("echo", length_field(1000), "only this"));
    BOOST_TEST(receive_until(client, "only this").starts_with("HTTP/1.1 200"));
    client.reset();
    auto const reason = site.ended("echo").field("reason");
    BOOST_TEST((reason == "client gone" || reason == "bad request body"), reason);
}

BOOST_AUTO_TEST_CASE(a_body_that_cannot_be_kept_is_a_lack_of_room)
{
    cgi_site const site;
    daemon_process const server({"--http", "0", "--http-root", POLYPORT_CGI_ROOT, "--http-cgi", "/cgi-bin/"},
                                {.environment = {"TMPDIR=/nonexistent"}});
    unique_fd const client = connect_tcp(server.port("http"));
    send_all(client, cgi_post("echo", "Transfer-Encoding: chunked\r\n", chunks_of(noise(mib))));
    BOOST_TEST(receive_reply(client).status == 507);
    auto const line =
        server.log().wait_for([](log_line const& l) { return l.event() == "cgi-spool-failed"; });
    BOOST_TEST_REQUIRE(line.has_value());
    BOOST_TEST(line->field("reason") == "No such file or directory");
    BOOST_TEST(http_get(server.port("http"), "/cgi-bin/hello.sh").body == "hello\n");
}

BOOST_AUTO_TEST_CASE(a_client_that_pauses_its_body_is_not_the_programs_fault)
{
    cgi_site const site{"--http-cgi-idle-timeout", "200ms", "--http-body-timeout", "600ms"};
    unique_fd const client = connect_tcp(site.port());
    send_all(client, cgi_post("conformance", length_field(100), "some"));
    BOOST_TEST(receive_reply(client).status == 408);
    BOOST_TEST(site.ended("conformance").field("reason") == "bad request body");
}

// As it comes

BOOST_AUTO_TEST_CASE(the_first_event_reaches_the_client_while_the_program_waits)
{
    cgi_site const site;
    unique_fd const client = connect_tcp(site.port());
    // A body of known length is handed over as it comes, so that this program waits for a line.
    send_all(client, cgi_post("events.sh", length_field(12)));
    BOOST_TEST(receive_until(client, "data: first\n\n").starts_with("HTTP/1.1 200"));
    send_all(client, "one\n");
    BOOST_TEST(receive_until(client, "data: one\n\n").ends_with("data: one\n\n"));
    send_all(client, "two\nend\n");
    BOOST_TEST(receive_until(client, "0\r\n\r\n").find("data: end\n\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(both_ways_at_once_without_a_length)
{
    cgi_site const site{"--http-cgi-body", "stream"};
    unique_fd const client = connect_tcp(site.port());
    send_all(client, cgi_post("echo", "Transfer-Encoding: chunked\r\n"));
    for (char const* word : {"ping", "pong"}) {
        send_all(client, "4\r\n" + std::string(word) + "\r\n");
        BOOST_TEST(receive_until(client, word).ends_with(word));
    }
    send_all(client, "0\r\n\r\n");
    BOOST_TEST(receive_until(client, "0\r\n\r\n").ends_with("0\r\n\r\n"));
    send_all(client, cgi_post("conformance", "Transfer-Encoding: chunked\r\n", chunks_of("abc")));
    std::string const got = receive_reply(client).body;
    BOOST_TEST(got.find("\"input\":\"abc\"") != got.npos);
    BOOST_TEST(got.find("CONTENT_LENGTH") == got.npos); // nobody knew it
}

BOOST_AUTO_TEST_CASE(pipelined_responses_do_not_wait_for_a_program)
{
    cgi_site const site;
    unique_fd const client = connect_tcp(site.port());
    send_all(client, get_request("/none") + get_request("/cgi-bin/silent.sh"));
    BOOST_TEST(receive_reply(client).status == 404);
}

// Back-pressure: these sizes go nowhere near the daemon's memory.

BOOST_AUTO_TEST_CASE(a_client_that_reads_slowly_costs_no_memory)
{
    cgi_site const site;
    {
        unique_fd const warm = site.ask("flood?" + std::to_string(16 * mib), "Connection: close\r\n");
        take(warm, 16 * mib);
    }
    auto const before = private_bytes(site.server.pid());
    unique_fd client = connect_tcp(site.port());
    set_buffers(client, 64 * 1024, 64 * 1024);
    send_all(client, get_request("/cgi-bin/flood?10737418240"));
    std::size_t highest = 0;
    for (int i = 0; i < 64; ++i) {
        take(client, mib);
        highest = std::max(highest, private_bytes(site.server.pid()));
    }
    // Of 10 GiB; the allocator of a sanitizer keeps some megabytes of what was freed.
    BOOST_TEST(highest < before + 16 * mib, "from " << before << " to " << highest);
    reset_on_close(client);
    client.reset();
    BOOST_TEST(site.ended("flood", 2).field("reason") == "client gone");
    BOOST_TEST(site.has_no_children());
}

BOOST_AUTO_TEST_CASE(a_slow_reader_does_not_make_its_program_idle)
{
    cgi_site const site{"--http-cgi-idle-timeout", "200ms"};
    unique_fd const client = connect_tcp(site.port());
    set_buffers(client, 64 * 1024, 64 * 1024);
    send_all(client, get_request("/cgi-bin/flood?length=20000000"));
    receive_until(client, "\r\n\r\n");
    // It is the client that makes the program wait.
    bool const ended =
        site.server.log()
            .wait_for([](log_line const& l) { return l.event() == "cgi-ended"; }, milliseconds(500))
            .has_value();
    BOOST_TEST(!ended);
    take(client, 20'000'000);
}

BOOST_AUTO_TEST_CASE(a_program_that_reads_nothing_stops_its_client)
{
    cgi_site const site{"--http-max-body", "1g", "--write-timeout", "60s"};
    unique_fd const client = connect_tcp(site.port());
    send_all(client, cgi_post("silent.sh?" + site.note("pid"), length_field(512 * mib)));
    site.noted("pid");
    auto const before = private_bytes(site.server.pid());
    std::string const block = noise(256 * 1024);
    std::size_t sent = 0;
    set_limit(client, milliseconds(300));
    reset_on_close(client); // an orderly end would wait behind what the daemon does not take
    try {
        for (; sent < 512 * mib; sent += block.size())
            send_all(client, block);
    } catch (std::system_error const& error) {
        BOOST_TEST(error.code().value() == EAGAIN);
    }
    BOOST_TEST(sent < 64 * mib); // the kernel's buffers
    BOOST_TEST(private_bytes(site.server.pid()) < before + 2 * mib);
}

BOOST_AUTO_TEST_SUITE_END()
