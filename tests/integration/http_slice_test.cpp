// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <boost/test/unit_test.hpp>

#include <regex>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view not_found_page = "<html><body>request file not found</body></html>";
constexpr std::string_view secret = "THE SECRET BESIDE THE ROOT";

/// A root with a few files, and a secret beside it.
struct site {
    temporary_directory directory;
    fs::path root = directory / "root";

    site()
    {
        fs::create_directories(root / "sub");
        write_file(directory / "secret", secret);
        write_file(root / "index.html", "<html>the index</html>");
        write_file(root / "sub" / "index.html", "<html>the other index</html>");
        write_file(root / "plain.txt", "plain text\n");
        write_file(root / "with space & more.txt", "odd name");
        write_file(root / "empty.txt", "");
        write_file(root / "large.bin", noise(3U << 20));
    }

    void add_program(std::string const& name, std::string const& script) const
    {
        fs::create_directories((root / name).parent_path());
        write_file(root / name, "#!/bin/sh\n" + script);
        fs::permissions(root / name, fs::perms::owner_all | fs::perms::group_exec | fs::perms::group_read |
                                         fs::perms::others_exec | fs::perms::others_read);
    }

    std::vector<std::string> arguments(std::vector<std::string> more = {}) const
    {
        std::vector<std::string> all{"--http", "0", "--http-root", root.string()};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
};

struct served_site : site {
    daemon_process server{arguments()};
    std::uint16_t port() const { return server.port("http"); }
    http_reply get(std::string_view target) const { return http_get(port(), target); }
};

/// What comes before the connection ends, by a reset too.
std::string receive_while_it_lasts(unique_fd const& connection)
{
    std::string bytes;
    try {
        for (std::string more; !(more = receive_some(connection)).empty();)
            bytes += more;
    } catch (std::system_error const& error) {
        BOOST_TEST(error.code().value() == ECONNRESET);
    }
    return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_slice)

BOOST_AUTO_TEST_CASE(get_sends_files_with_their_type_and_length)
{
    served_site site;
    descriptor_check const descriptors(site.server);
    http_reply const index = site.get("/");
    BOOST_TEST(index.status_line == "HTTP/1.1 200 OK");
    BOOST_TEST(index.body == "<html>the index</html>");
    BOOST_TEST(index.field("content-type").starts_with("text/html"));
    BOOST_TEST(index.count("date") == 1U);
    BOOST_TEST(site.get("/sub/").body == "<html>the other index</html>");
    BOOST_TEST(site.get("/plain.txt").body == "plain text\n");
    BOOST_TEST(site.get("/plain.txt").field("content-type").starts_with("text/plain"));
    BOOST_TEST(site.get("/plain.txt?a=query").status == 200);
    BOOST_TEST(site.get("/with%20space%20%26%20more.txt").body == "odd name");
    BOOST_TEST(site.get("/empty.txt").status == 200);
    BOOST_TEST(site.get("/empty.txt").field("content-length") == "0");
    bool const same = site.get("/large.bin").body == noise(3U << 20);
    BOOST_TEST(same);
}

BOOST_AUTO_TEST_CASE(a_type_for_each_kind_of_file)
{
    served_site site;
    std::vector<std::pair<std::string, std::string>> const types{
        {"a.css", "text/css"},        {"a.js", "text/javascript"}, {"a.png", "image/png"},
        {"a.jpg", "image/jpeg"},      {"a.JPEG", "image/jpeg"},    {"a.gif", "image/gif"},
        {"a.svg", "image/svg+xml"},   {"a.mp3", "audio/mpeg"},     {"a.mp4", "video/mp4"},
        {"a.pdf", "application/pdf"}, {"a.htm", "text/html"},      {"a.json", "application/json"},
    };
    for (auto const& [name, type] : types) {
        write_file(site.root / name, "x");
        std::string const found = site.get("/" + name).field("content-type");
        BOOST_TEST(found.substr(0, found.find(';')) == type, name << " is " << found);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_there_gets_404_with_the_page_of_old)
{
    served_site site;
    for (char const* target : {"/none", "/none/deeper", "/plain.txt/behind", "/index.html/", "/%6eone"}) {
        http_reply const reply = site.get(target);
        BOOST_TEST(reply.status == 404, target);
        BOOST_TEST(reply.body == not_found_page, target << ": " << reply.body);
        BOOST_TEST(reply.field("content-type").starts_with("text/html"));
    }
}

BOOST_AUTO_TEST_CASE(a_connection_serves_many_requests)
{
    served_site site;
    unique_fd const client = connect_tcp(site.port());
    for (int i = 0; i < 200; ++i) {
        send_all(client, get_request(i % 3 ? "/plain.txt" : "/none"));
        BOOST_REQUIRE(receive_reply(client).status == (i % 3 ? 200 : 404));
    }
    send_all(client, get_request("/plain.txt", "Connection: close\r\n"));
    http_reply const last = receive_reply(client);
    BOOST_TEST(last.field("connection") == "close");
    BOOST_TEST(receive_to_end(client).empty());
}

BOOST_AUTO_TEST_CASE(http_1_0_closes_unless_asked_not_to)
{
    served_site site;
    unique_fd const client = connect_tcp(site.port());
    send_all(client, "GET /plain.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    BOOST_TEST(receive_reply(client).body == "plain text\n");
    send_all(client, "GET /plain.txt HTTP/1.0\r\n\r\n");
    BOOST_TEST(receive_reply(client).body == "plain text\n");
    BOOST_TEST(receive_to_end(client).empty());
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_their_order)
{
    served_site site;
    unique_fd const client = connect_tcp(site.port());
    std::string requests;
    for (int i = 0; i < 100; ++i) {
        write_file(site.root / ("n" + std::to_string(i)), std::to_string(i));
        requests += get_request("/n" + std::to_string(i));
    }
    send_all(client, requests);
    for (int i = 0; i < 100; ++i)
        BOOST_REQUIRE(receive_reply(client).body == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_request_may_come_byte_by_byte)
{
    served_site site;
    unique_fd const client = connect_tcp(site.port());
    for (char const byte : get_request("/plain.txt"))
        send_all(client, {&byte, 1});
    BOOST_TEST(receive_reply(client).body == "plain text\n");
}

BOOST_AUTO_TEST_CASE(a_client_that_shuts_its_sending_side_still_gets_its_answer)
{
    served_site site;
    unique_fd const client = connect_tcp(site.port());
    send_all(client, get_request("/large.bin"));
    shut_sending(client);
    bool const same = receive_reply(client).body == noise(3U << 20);
    BOOST_TEST(same);
    BOOST_TEST(receive_to_end(client).empty());
}

BOOST_AUTO_TEST_CASE(bad_requests_get_an_error_and_the_end_of_the_connection)
{
    served_site site;
    std::vector<std::pair<std::string, int>> const requests{
        {"nonsense\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400}, // no Host
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", 400},
        {"GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400},
        {"GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         400},
        {"GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n", 431},
    };
    for (auto const& [request, status] : requests) {
        unique_fd const client = connect_tcp(site.port());
        try {
            send_all(client, request);
        } catch (std::system_error const&) {
            // It may have heard enough before we have said all.
        }
        std::string const answer = receive_while_it_lasts(client);
        BOOST_TEST(answer.starts_with("HTTP/1.1 " + std::to_string(status) + " "),
                   request.substr(0, 100) << " got " << answer.substr(0, 40));
    }
    BOOST_TEST(site.get("/plain.txt").status == 200);
}

BOOST_AUTO_TEST_CASE(no_encoding_of_a_path_leads_out_of_the_root)
{
    served_site site;
    fs::create_symlink(site.directory / "secret", site.root / "link");
    fs::create_directory_symlink(site.directory.path(), site.root / "directory-link");
    std::vector<std::string> const targets{
        "/../secret",
        "/..%2fsecret",
        "/..%2Fsecret",
        "/%2e%2e/secret",
        "/%2E%2E%2Fsecret",
        "/.%2e/secret",
        "/%2e./secret",
        "/sub/../../secret",
        "/sub/%2e%2e/%2e%2e/secret",
        "/sub/..%2f..%2fsecret",
        "/./../secret",
        "//../secret",
        "/..//secret",
        "/../../../../../../.." + (site.directory / "secret").string(),
        "/" + (site.directory / "secret").string(),
        "/%2f" + (site.directory / "secret").string().substr(1),
        "/..\\secret",
        "/..%5csecret",
        "/%252e%252e/secret",
        "/%252e%252e%252fsecret",
        "/%c0%ae%c0%ae/secret",
        "/%c0%ae%c0%ae%c0%afsecret",
        "/%u002e%u002e/secret",
        "/..;/secret",
        "/.../secret",
        "/....//secret",
        "/..%00/secret",
        "/secret%00.txt",
        "/../root/../secret",
        "/link",
        "/directory-link/secret",
        "http://localhost/../secret",
        "http://localhost/%2e%2e/secret",
        "../secret",
        "secret",
        "*",
        "?../secret",
    };
    for (std::string const& target : targets) {
        unique_fd const client = connect_tcp(site.port());
        send_all(client, get_request(target, "Connection: close\r\n"));
        std::string const answer = receive_while_it_lasts(client);
        BOOST_TEST(answer.starts_with("HTTP/1.1 "), target);
        BOOST_TEST(answer.find(secret) == answer.npos, target << " leads out");
        if (target.find("secret") != target.npos || target == "/link")
            BOOST_TEST(answer.starts_with("HTTP/1.1 4"), target << " got " << answer.substr(0, 40));
    }
}

BOOST_AUTO_TEST_CASE(a_head_that_does_not_come_in_time_ends_the_connection)
{
    site const files;
    daemon_process server(
        files.arguments({"--http-header-timeout", "300ms", "--http-keep-alive-timeout", "300ms"}));
    for (char const* begin : {"G", "GET / HTTP/1.1\r\nHost: a\r\nX:"}) {
        unique_fd const client = connect_tcp(server.port("http"));
        send_all(client, begin);
        std::string const answer = receive_while_it_lasts(client);
        BOOST_TEST((answer.empty() || answer.starts_with("HTTP/1.1 408 ")), answer);
    }
    // Byte by byte does not extend it.
    unique_fd const client = connect_tcp(server.port("http"));
    bool ended = false;
    for (int i = 0; i < 200 && !ended; ++i) {
        try {
            send_all(client, "G");
        } catch (std::system_error const&) {
            ended = true;
        }
        ::usleep(20'000);
    }
    BOOST_TEST(ended);
    unique_fd const silent = connect_tcp(server.port("http"));
    BOOST_TEST(receive_while_it_lasts(silent).empty());
}

BOOST_AUTO_TEST_CASE(many_clients_are_served_at_once)
{
    site const files;
    daemon_process server(files.arguments({"--http-header-timeout", "2m"})); // however slow the machine is
    std::vector<unique_fd> clients;
    for (int i = 0; i < 300; ++i) {
        clients.push_back(connect_tcp(server.port("http")));
        send_all(clients.back(), "GET /plain.txt HTTP/1.1\r\nHo");
    }
    while (!clients.empty()) {
        send_all(clients.back(), "st: a\r\n\r\n");
        BOOST_REQUIRE(receive_reply(clients.back()).body == "plain text\n");
        clients.pop_back();
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_during_a_large_file_harms_nobody)
{
    served_site site;
    descriptor_check const descriptors(site.server);
    for (int i = 0; i < 20; ++i) {
        unique_fd const client = connect_tcp(site.port());
        send_all(client, get_request("/large.bin"));
        BOOST_TEST(receive_some(client, 100).starts_with("HTTP/1.1 200"));
        reset_on_close(client);
    }
    BOOST_TEST(site.get("/plain.txt").status == 200);
}

// CGI: the first slice

BOOST_AUTO_TEST_CASE(a_file_that_is_executable_is_run)
{
    served_site site;
    descriptor_check const descriptors(site.server);
    site.add_program("hello", "printf 'Content-Type: text/x-hello\\n\\nhello %s' \"$QUERY_STRING\"");
    site.add_program("deep/er.sh", "printf 'Status: 404 Gone Fishing\\nContent-Type: text/plain\\n\\n%s' "
                                   "\"$REQUEST_METHOD $SCRIPT_NAME $PATH_INFO\"");
    http_reply const hello = site.get("/hello?a=b");
    BOOST_TEST(hello.status == 200);
    BOOST_TEST(hello.field("content-type") == "text/x-hello");
    BOOST_TEST(hello.body == "hello a=b");
    http_reply const deep = site.get("/deep/er.sh/some/where");
    BOOST_TEST(deep.status == 404);
    BOOST_TEST(deep.body == "GET /deep/er.sh /some/where");
    BOOST_TEST(eventually([&] {
        std::string const pid = std::to_string(site.server.pid());
        return read_file("/proc/" + pid + "/task/" + pid + "/children").empty();
    })); // no zombie
}

BOOST_AUTO_TEST_CASE(the_output_of_a_program_is_passed_on_while_it_runs)
{
    served_site site;
    fs::path const fifo = site.directory / "go-on";
    BOOST_TEST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    site.add_program("slow", "printf 'Content-Type: text/plain\\n\\nfirst\\n'; read word <'" + fifo.string() +
                                 "'; printf 'second\\n'");
    unique_fd const client = connect_tcp(site.port());
    send_all(client, get_request("/slow", "Connection: close\r\n"));
    BOOST_TEST(receive_until(client, "first\n").starts_with("HTTP/1.1 200"));
    write_file(fifo, "go\n");
    BOOST_TEST(receive_until(client, "second\n").find("second") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_program_reads_the_body_of_its_request)
{
    served_site site;
    site.add_program("count", "printf 'Content-Type: text/plain\\n\\n'; wc -c");
    unique_fd const client = connect_tcp(site.port());
    std::string const body = noise(300'000);
    send_all(client, "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                         "\r\n\r\n" + body);
    http_reply const reply = receive_reply(client);
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(std::stoul(reply.body) == body.size());
}

BOOST_AUTO_TEST_CASE(a_program_that_fails_is_a_bad_gateway_and_no_more)
{
    served_site site;
    site.add_program("silent", "exit 3");
    site.add_program("no-header", "echo just text");
    BOOST_TEST(site.get("/silent").status / 100 == 5);
    BOOST_TEST(site.get("/no-header").status / 100 == 5);
    BOOST_TEST(site.get("/plain.txt").status == 200);
}

BOOST_AUTO_TEST_CASE(the_demo_site_works)
{
    daemon_process server({"--http", "0", "--http-root", POLYPORT_SOURCE_DIR "/config/www"});
    std::uint16_t const port = server.port("http");
    http_reply const index = http_get(port, "/");
    BOOST_TEST(index.status == 200);
    BOOST_TEST(http_get(port, "/style.css").field("content-type").starts_with("text/css"));
    BOOST_TEST(http_get(port, "/images/harbour.svg").field("content-type") == "image/svg+xml");
    BOOST_TEST(http_get(port, "/images/buoy.png").field("content-type") == "image/png");
    BOOST_TEST(http_get(port, "/cgi-bin/hello.sh").body.find("Hello from a shell script") !=
               std::string::npos);
    http_reply const environment = http_get(port, "/cgi-bin/env.sh/a/b?tide=%3Chigh%3E");
    BOOST_TEST(environment.body.find("<tr><th scope=\"row\">PATH_INFO</th><td><code>/a/b</code>") !=
               std::string::npos);
    std::string const asked = http_get(port, "/cgi-bin/form.py?name=Grace&text=safe+%3Cb%3E").body;
    BOOST_TEST(asked.find("<blockquote>SAFE &lt;B&gt;</blockquote>") != std::string::npos);
    unique_fd const client = connect_tcp(port);
    send_all(client, "POST /cgi-bin/form.py HTTP/1.1\r\nHost: a\r\nContent-Length: 24\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\n\r\nname=Ada&text=all+hands+");
    BOOST_TEST(receive_reply(client).body.find("<blockquote>ALL HANDS</blockquote>") != std::string::npos);
    // The answer arrives while it is made, a line a second; who leaves ends it.
    unique_fd const shore = connect_tcp(port);
    send_all(shore, "GET /cgi-bin/tide.sh HTTP/1.1\r\nHost: a\r\n\r\n");
    std::string const begun = receive_until(shore, "low water");
    BOOST_TEST(begun.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(begun.find("high water") == begun.npos);
}

BOOST_AUTO_TEST_CASE(no_link_of_the_demo_site_leads_nowhere)
{
    daemon_process server({"--http", "0", "--http-root", POLYPORT_SOURCE_DIR "/config/www"});
    std::uint16_t const port = server.port("http");
    std::string const page = http_get(port, "/").body;
    static std::regex const link(R"rx((?:href|src|action)="(?!#)([^"]+)")rx");
    std::set<std::string> links;
    for (std::sregex_iterator one(page.begin(), page.end(), link), end; one != end; ++one)
        links.insert((*one)[1]);
    links.erase("cgi-bin/tide.sh"); // takes its time, see above
    BOOST_TEST(links.size() >= 7U);
    for (std::string target : links) {
        boost::algorithm::replace_all(target, "&amp;", "&");
        target = target == "./" ? "/" : "/" + target;
        BOOST_TEST(http_get(port, target).status == 200, target);
    }
}

BOOST_AUTO_TEST_SUITE_END()
