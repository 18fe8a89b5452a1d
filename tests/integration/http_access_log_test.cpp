// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

struct logging_site {
    temporary_directory directory;
    fs::path log = directory / "access.log";
    daemon_process server;

    explicit logging_site(std::string const& format) : server(arguments(directory, log, format)) {}

    static std::vector<std::string> arguments(temporary_directory const& directory, fs::path const& log,
                                              std::string const& format)
    {
        fs::create_directories(directory / "root");
        write_file(directory / "root/page.html", "<p>ten bytes");
        write_file(directory / "root/run.sh", "#!/bin/sh\nprintf 'Status: 202\\n\\n12345'\n");
        fs::permissions(directory / "root/run.sh",
                        fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
        return {"--http",
                "0",
                "--http-root",
                (directory / "root").string(),
                "--access-log",
                log.string(),
                "--access-log-format",
                format,
                "--http-header-timeout",
                "300ms"};
    }

    /// All lines, once there are so many.
    std::vector<std::string> lines(std::size_t count, fs::path const& file) const
    {
        std::vector<std::string> all;
        BOOST_TEST_REQUIRE(eventually([&] {
            all.clear();
            std::istringstream text(fs::exists(file) ? read_file(file) : std::string());
            for (std::string line; std::getline(text, line);)
                all.push_back(line);
            return all.size() >= count;
        }));
        BOOST_TEST(all.size() == count);
        return all;
    }

    http_reply ask(std::string const& request, body_expected body = body_expected::yes) const
    {
        unique_fd const client = connect_tcp(server.port("http"));
        send_all(client, request);
        return receive_reply(client, body);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(http_access_log)

BOOST_AUTO_TEST_CASE(a_line_for_each_request_refused_ones_too)
{
    logging_site const site("json");
    struct {
        std::string request;
        std::string line; ///< as logged, without its escapes
        int status;
        std::uint64_t bytes;
        body_expected body = body_expected::yes;
    } const table[] = {
        {get_request("/page.html"), "GET /page.html HTTP/1.1", 200, 12},
        {"HEAD /page.html HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /page.html HTTP/1.1", 200, 0,
         body_expected::no},
        {get_request("/page.html", "Range: bytes=0-3\r\n"), "GET /page.html HTTP/1.1", 206, 4},
        {get_request("/page.html", "If-None-Match: *\r\n"), "GET /page.html HTTP/1.1", 304, 0},
        {get_request("/run.sh?a=b"), "GET /run.sh?a=b HTTP/1.1", 202, 5},
        {get_request("/missing"), "GET /missing HTTP/1.1", 404, 48},
        {"DELETE /page.html HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE /page.html HTTP/1.1", 405, 0},
        {"GET /page.html HTTP/1.1\r\n\r\n", "GET /page.html HTTP/1.1", 400, 0},
        {"GET /\"\x1b[31m HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\"\x1b[31m HTTP/1.1", 400, 0},
        {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", "GET / HTTP/3.0", 505, 0},
        {"\r\nGET /\r\nforged line\r\n\r\n", "GET /", 400, 0},
        {"\x16\x03\x01 as TLS begins", "\x16\x03\x01 as TLS begins", 400, 0},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n", "GET /" + std::string(251, 'a'), 414, 0},
        {"GET /half", "GET /half", 408, 0},
    };
    for (auto const& one : table)
        BOOST_TEST(site.ask(one.request, one.body).status == one.status);

    auto const lines = site.lines(std::size(table), site.log);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto const record = json::parse(lines[i]).as_object();
        auto const& wanted = table[i];
        BOOST_TEST(record.at("status").to_number<int>() == wanted.status, lines[i]);
        BOOST_TEST(record.at("request").as_string() == wanted.line, lines[i]);
        // Pages of ours are as long as they are.
        if (wanted.status < 400 || wanted.status == 404)
            BOOST_TEST(record.at("bytes").to_number<std::uint64_t>() == wanted.bytes, lines[i]);
        BOOST_TEST(record.at("remote").as_string() == "127.0.0.1");
        BOOST_TEST(record.at("duration_us").is_number());
        BOOST_TEST(lines[i].find('\x1b') == std::string::npos);
        // The same connection is in the daemon's log.
        auto const id = record.at("connection").to_number<std::uint64_t>();
        BOOST_TEST(site.server.log()
                       .wait_for([&](log_line const& line) {
                           return line.event() == "closed" && line.field("connection") == std::to_string(id);
                       })
                       .has_value());
    }
}

BOOST_AUTO_TEST_CASE(common_and_combined_are_those_of_other_servers)
{
    struct {
        char const* format;
        std::string pattern;
    } const table[] = {
        {"common", R"(127\.0\.0\.1 - - \[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] )"
                   R"("GET /page\.html HTTP/1\.1" 200 12)"},
        {"combined", R"(127\.0\.0\.1 - - \[[^\]]+\] "GET /page\.html HTTP/1\.1" 200 12 )"
                     R"re("http://from/" "a \\"quoted\\" agent")re"},
    };
    for (auto const& [format, pattern] : table) {
        logging_site const site(format);
        BOOST_TEST(
            site.ask(get_request("/page.html", "Referer: http://from/\r\nUser-Agent: a \"quoted\" agent\r\n"))
                .status == 200);
        auto const line = site.lines(1, site.log).front();
        BOOST_TEST(std::regex_match(line, std::regex(pattern)), line);
    }
}

BOOST_AUTO_TEST_CASE(a_log_that_was_moved_away_is_opened_anew)
{
    logging_site const site("common");
    BOOST_TEST(site.ask(get_request("/page.html")).status == 200);
    BOOST_TEST(site.lines(1, site.log).size() == 1U);
    fs::path const moved = site.directory / "access.log.1";
    fs::rename(site.log, moved);
    site.server.signal(SIGHUP);
    BOOST_TEST_REQUIRE(site.server.log().wait_for_count("logs-reopened", 1));
    BOOST_TEST_REQUIRE(eventually([&] { return fs::exists(site.log); }));
    BOOST_TEST(site.ask(get_request("/missing")).status == 404);
    BOOST_TEST(site.lines(1, site.log).front().find("\" 404 ") != std::string::npos);
    BOOST_TEST(site.lines(1, moved).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
