// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/cgi_site.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace polyport::integration;
using polyport::unique_fd;

BOOST_AUTO_TEST_SUITE(cgi_relay)

// Framing

BOOST_AUTO_TEST_CASE(an_output_without_length_is_chunked_for_1_1_and_ends_with_the_connection_for_1_0)
{
    cgi_site const site;
    http_reply const newer = site.get("slow.sh?0.2");
    BOOST_TEST(newer.chunked);
    BOOST_TEST(newer.body == "first\nsecond\n");
    unique_fd const older = connect_tcp(site.port());
    send_all(older, "GET /cgi-bin/slow.sh?0.2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    http_reply const reply = receive_reply(older);
    BOOST_TEST(reply.to_end);
    BOOST_TEST(reply.field("transfer-encoding") == "");
    BOOST_TEST(reply.body == "first\nsecond\n");
}

BOOST_AUTO_TEST_CASE(an_output_that_is_there_at_once_has_a_length)
{
    cgi_site const site;
    http_reply const reply = site.get("at_once");
    BOOST_TEST(!reply.chunked);
    BOOST_TEST(reply.field("content-length") == std::to_string(reply.body.size()));
    BOOST_TEST(reply.body.starts_with("<html>"));
}

BOOST_AUTO_TEST_CASE(head_runs_the_program_and_sends_no_body)
{
    cgi_site const site;
    unique_fd const client = connect_tcp(site.port());
    for (char const* program : {"hello.sh", "flood?length=1000000", "slow.sh?0"}) {
        send_all(client, "HEAD /cgi-bin/" + std::string(program) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(receive_reply(client, body_expected::no).status == 200, program);
    }
    send_all(client, "HEAD /cgi-bin/conformance HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    BOOST_TEST(receive_reply(client, body_expected::no).field("content-type") == "application/json");
    BOOST_TEST(receive_to_end(client).empty());
}

BOOST_AUTO_TEST_CASE(a_length_that_the_program_gives_is_kept_to)
{
    cgi_site const site;
    unique_fd const client = connect_tcp(site.port());
    send_all(client, get_request("/cgi-bin/long.sh"));
    BOOST_TEST(receive_reply(client).body == "hello");
    send_all(client, get_request("/cgi-bin/flood?length=3000000"));
    http_reply const large = receive_reply(client);
    BOOST_TEST(!large.chunked);
    BOOST_TEST(large.body.size() == 3'000'000U);
    // What is too short must not look whole.
    send_all(client, get_request("/cgi-bin/short.sh"));
    BOOST_CHECK_THROW(receive_reply(client), std::exception);
    site.ended("short.sh");
}

BOOST_AUTO_TEST_CASE(fields_are_passed_on_but_those_of_the_connection)
{
    cgi_site const site;
    http_reply const reply = site.get("headers.sh");
    BOOST_TEST(reply.body == "ok\n");
    BOOST_TEST(reply.field("x-one") == "1");
    BOOST_TEST(reply.count("set-cookie") == 2U);
    BOOST_TEST(reply.field("keep-alive") == "");
    BOOST_TEST(reply.field("connection") == "");
    BOOST_TEST(reply.field("date") != "never");
    BOOST_TEST(reply.field("server").starts_with("polyport"));
}

BOOST_AUTO_TEST_CASE(status_lines_and_bodies_that_must_not_be)
{
    cgi_site const site;
    unique_fd const client = connect_tcp(site.port());
    send_all(client, get_request("/cgi-bin/status.sh?404%20x"));
    BOOST_TEST(receive_reply(client).status == 502); // the query is not decoded: "404%20x" is no status
    send_all(client, get_request("/cgi-bin/status.sh?404"));
    BOOST_TEST(receive_reply(client).status_line.starts_with("HTTP/1.1 404 "));
    send_all(client, get_request("/cgi-bin/no-body.sh"));
    BOOST_TEST(receive_reply(client).status == 204);
    send_all(client, get_request("/cgi-bin/hello.sh"));
    BOOST_TEST(receive_reply(client).body == "hello\n");
}

BOOST_AUTO_TEST_CASE(raw_output_is_the_programs_own_response)
{
    cgi_site const site;
    for (char const* program : {"nph-raw.sh", "raw.sh"}) {
        unique_fd const client = site.ask(program);
        std::string const answer = receive_to_end(client);
        BOOST_TEST(answer.starts_with("HTTP/1.1 29"), program << ": " << answer);
        BOOST_TEST(answer.find("Server: polyport") == answer.npos);
    }
}

// Redirects

BOOST_AUTO_TEST_CASE(a_local_redirect_is_answered_inside)
{
    cgi_site const site;
    http_reply const program = site.get("redirect.sh?/cgi-bin/hello.sh");
    BOOST_TEST(program.status == 200);
    BOOST_TEST(program.body == "hello\n");
    BOOST_TEST(program.field("location") == "");
    // By GET and without the body, whatever was asked (RFC 3875 section 6.2.2).
    unique_fd const client = connect_tcp(site.port());
    send_all(client, cgi_post("redirect.sh?/cgi-bin/conformance?a=b", length_field(3), "abc"));
    std::string const got = receive_reply(client).body;
    BOOST_TEST(got.find("\"REQUEST_METHOD\":\"GET\"") != got.npos, got);
    BOOST_TEST(got.find("\"QUERY_STRING\":\"a=b\"") != got.npos);
    BOOST_TEST(got.find("CONTENT_LENGTH") == got.npos);
    BOOST_TEST(got.find("\"input_size\":0") != got.npos);
    BOOST_TEST(site.get("redirect.sh?/none").status == 404);
}

BOOST_AUTO_TEST_CASE(a_loop_of_redirects_ends)
{
    cgi_site site;
    site.server.expect_errors();
    BOOST_TEST(site.get("loop.sh").status == 500);
    BOOST_TEST(site.server.log().wait_for_count("cgi-redirect-loop", 1));
    BOOST_TEST(site.has_no_children());
}

BOOST_AUTO_TEST_CASE(a_client_redirect_has_a_page_of_ours)
{
    cgi_site const site;
    http_reply const reply = site.get("redirect.sh?http://example.org/");
    BOOST_TEST(reply.status == 302);
    BOOST_TEST(reply.field("location") == "http://example.org/");
    BOOST_TEST(reply.body != "");
}

BOOST_AUTO_TEST_SUITE_END()
