// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

/// A small and a large file, and a program that reads its body.
struct limited_site {
    temporary_directory directory;
    daemon_process server;

    explicit limited_site(std::vector<std::string> const& more) : server(arguments(directory, more)) {}

    static std::vector<std::string> arguments(temporary_directory const& directory,
                                              std::vector<std::string> const& more)
    {
        write_file(directory / "small.txt", "small\n");
        write_file(directory / "large.bin", noise(8U << 20));
        write_file(directory / "count.sh",
                   "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s\\n' \"$(wc -c)\"\n");
        fs::permissions(directory / "count.sh",
                        fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
        std::vector<std::string> all{"--http", "0", "--http-root", directory.path().string()};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    unique_fd connect() const { return connect_tcp(server.port("http")); }

    /// Waits until a connection has been closed for this reason.
    bool closed_for(std::string_view reason) const
    {
        return server.log()
            .wait_for([&](log_line const& line) {
                return line.event() == "closed" && line.field("reason") == reason;
            })
            .has_value();
    }
};

constexpr std::string_view post_100 = "POST /count.sh HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n";

/// Sends a byte now and then, until the connection is closed or 20 seconds are over.
bool trickle(unique_fd const& client, std::string_view byte)
{
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end) {
        try {
            send_all(client, byte);
        } catch (std::system_error const&) {
            return true;
        }
        ::usleep(50'000);
    }
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_limits)

BOOST_AUTO_TEST_CASE(a_body_that_stops_is_a_request_timeout)
{
    limited_site const site({"--http-body-timeout", "300ms"});
    unique_fd const client = site.connect();
    send_all(client, std::string(post_100) + "only this");
    auto const reply = receive_reply(client);
    BOOST_TEST(reply.status == 408);
    BOOST_TEST(reply.field("connection") == "close");
    BOOST_TEST(site.closed_for("body time-out"));
}

BOOST_AUTO_TEST_CASE(a_body_that_trickles_loses_by_its_rate)
{
    limited_site const site({"--http-body-timeout", "400ms", "--http-min-body-rate", "1000"});
    unique_fd const client = site.connect();
    send_all(client, "POST /count.sh HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    BOOST_TEST(trickle(client, "x"));
    BOOST_TEST(site.closed_for("body time-out"));
}

BOOST_AUTO_TEST_CASE(without_a_rate_a_body_may_trickle)
{
    limited_site const site({"--http-body-timeout", "10s", "--http-min-body-rate", "0"});
    unique_fd const client = site.connect();
    send_all(client, post_100);
    for (int i = 0; i < 10; ++i) {
        send_all(client, "0123456789");
        ::usleep(50'000);
    }
    auto const reply = receive_reply(client);
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.body == "100\n");
}

BOOST_AUTO_TEST_CASE(a_reader_that_stops_loses_by_the_write_timeout)
{
    limited_site const site({"--write-timeout", "500ms"});
    unique_fd const client = site.connect();
    set_buffers(client, 4096, 4096);
    send_all(client, get_request("/large.bin"));
    BOOST_TEST(site.closed_for("write time-out"));
    BOOST_TEST(http_get(site.server.port("http"), "/small.txt").body == "small\n");
}

BOOST_AUTO_TEST_CASE(a_kept_connection_may_idle_for_so_long)
{
    limited_site const site({"--http-keep-alive-timeout", "300ms", "--http-header-timeout", "60s"});
    unique_fd const client = site.connect();
    send_all(client, get_request("/small.txt"));
    BOOST_TEST(receive_reply(client).body == "small\n");
    BOOST_TEST(receive_to_end(client).empty()); // no 408: nobody has asked for anything
    BOOST_TEST(site.closed_for("idle time-out"));
}

BOOST_AUTO_TEST_CASE(a_connection_has_so_many_requests)
{
    limited_site const site({"--http-max-requests", "3"});
    unique_fd const client = site.connect();
    for (int i = 1; i <= 3; ++i) {
        send_all(client, get_request("/small.txt"));
        auto const reply = receive_reply(client);
        BOOST_TEST(reply.body == "small\n");
        BOOST_TEST(reply.field("connection") == (i < 3 ? "" : "close"));
    }
    BOOST_TEST(receive_to_end(client).empty());
}

BOOST_AUTO_TEST_CASE(the_limits_of_a_head_are_those_that_were_set)
{
    limited_site const site(
        {"--http-max-header-bytes", "1k", "--http-max-header-fields", "4", "--http-max-target", "64"});
    auto const port = site.server.port("http");
    struct {
        std::string target;
        std::string fields;
        int status;
    } const table[] = {
        {"/small.txt", "A: 1\r\nB: 2\r\nC: 3\r\n", 200}, // and Host
        {"/small.txt", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n", 431},
        {"/small.txt", "A: " + std::string(900, 'a') + "\r\n", 200},
        {"/small.txt", "A: " + std::string(2000, 'a') + "\r\n", 431},
        {"/small.txt?" + std::string(53, 'q'), "", 200},
        {"/small.txt?" + std::string(54, 'q'), "", 414},
        {"/" + std::string(5000, 'a'), "", 414},
    };
    for (auto const& [target, fields, status] : table) {
        auto const reply = http_get(port, target, fields);
        BOOST_TEST(reply.status == status, target.size() << " and " << fields.size() << ": " << reply.status);
        if (status != 200)
            BOOST_TEST(reply.field("connection") == "close");
    }
}

// A client that writes all before it reads must get the answer, not a reset (RFC 9112, 9.6).
BOOST_AUTO_TEST_CASE(a_response_is_readable_behind_a_body_that_nobody_wanted)
{
    limited_site const site({});
    for (std::size_t const size : {1'000U, 60'000U, 600'000U}) {
        unique_fd const client = site.connect();
        send_all(client, "POST /small.txt HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) +
                             "\r\n\r\n");
        send_all(client, std::string(size, 'x'));
        auto const reply = receive_reply(client);
        BOOST_TEST(reply.status == 405);
        BOOST_TEST(reply.field("allow") == "GET, HEAD, OPTIONS");
        BOOST_TEST(reply.field("connection") == (size > 64U * 1024 ? "close" : ""));
        if (size > 64U * 1024) {
            BOOST_TEST(receive_to_end(client).empty());
            continue;
        }
        // What is small enough is read to its end, and the connection goes on.
        send_all(client, get_request("/small.txt"));
        BOOST_TEST(receive_reply(client).body == "small\n");
    }
}

// The client may leave the body out, now that it has its answer: what it sends next could be a request.
BOOST_AUTO_TEST_CASE(a_body_that_nobody_wants_is_not_asked_for_with_100)
{
    limited_site const site({});
    struct {
        std::string begin;
        int status;
    } const table[] = {
        {"POST /small.txt", 405}, {"GET /small.txt", 200}, {"GET /large.bin", 200},
        {"PUT /none", 404},       {"POST /%00", 400},
    };
    for (auto const& [begin, status] : table) {
        for (char const* framing :
             {"Content-Length: 5", "Content-Length: 900000", "Transfer-Encoding: chunked"}) {
            unique_fd const client = site.connect();
            send_all(client,
                     begin + " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n" + framing + "\r\n\r\n");
            auto const reply = receive_reply(client);
            BOOST_TEST(reply.status == status, begin << ", " << framing);
            BOOST_TEST(reply.field("connection") == "close", begin << ", " << framing);
            BOOST_TEST(receive_to_end(client).empty(), begin << ", " << framing);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_known_to_end_does_not_cost_the_connection)
{
    limited_site const site({});
    struct {
        std::string fields;
        std::string body;
        char const* connection; ///< of the response to it
    } const table[] = {
        {"Content-Length: 5\r\nExpect: 100-continue\r\n", "12345", ""}, // came without being asked for
        {"Content-Length: 5\r\n", "", ""},
        {"Content-Length: 65536\r\n", "", ""},
        {"Content-Length: 65537\r\n", "", "close"},
        {"Content-Length: 65537\r\n", "1", ""},
        {"Content-Length: 900000\r\n", "", "close"},
        {"Transfer-Encoding: chunked\r\n", "5\r\n12345\r\n0\r\n\r\n", ""},
        {"Transfer-Encoding: chunked\r\n", "5\r\n123", "close"}, // and nobody knows how much more
    };
    for (auto const& [fields, body, connection] : table) {
        unique_fd const client = site.connect();
        send_all(client, "PUT /none HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body);
        auto const reply = receive_reply(client);
        BOOST_TEST(reply.status == 404);
        BOOST_TEST(reply.field("connection") == connection, fields << body);
        if (reply.field("connection") == "close") {
            BOOST_TEST(receive_to_end(client).empty());
            continue;
        }
        if (fields.starts_with("Content-Length"))
            send_all(client, std::string(std::stoul(fields.substr(16)) - body.size(), 'x'));
        send_all(client, get_request("/small.txt"));
        BOOST_TEST(receive_reply(client).body == "small\n", fields << body);
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_in_use_keeps_no_other_from_being_served)
{
    limited_site const site({"--http-header-timeout", "2s"});
    std::vector<unique_fd> slow;
    for (int i = 0; i < 50; ++i) {
        slow.push_back(site.connect());
        send_all(slow.back(), "GET /small.txt HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    }
    BOOST_TEST(http_get(site.server.port("http"), "/small.txt").body == "small\n");
    for (auto const& client : slow)
        BOOST_TEST(receive_reply(client).status == 408);
    BOOST_TEST(site.closed_for("header time-out"));
}

BOOST_AUTO_TEST_SUITE_END()
