// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/admin_calls.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using namespace polyport::integration;

namespace {

constexpr std::string_view token = "0123456789abcdef-write";
constexpr std::string_view reading_token = "0123456789abcdef-read";

http_reply ask(std::uint16_t port, std::string_view text)
{
    auto const connection = connect_tcp(port);
    send_all(connection, text);
    return receive_reply(connection);
}

std::string request(std::string_view target, std::string_view host, std::string_view fields = {},
                    std::string_view method = "GET")
{
    return std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) +
           "\r\n" + std::string(fields) + "\r\n";
}

/// The client, run by a user of no rights.
outcome as_nobody(std::vector<std::string> arguments)
{
    std::vector<std::string> all{"setpriv", "--reuid",        "65534",         "--regid",
                                 "65534",   "--clear-groups", client_program()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all);
}

/// Who else may reach a program and a socket in these folders.
bool can_become_nobody()
{
    return ::geteuid() == 0 && as_nobody({"--version"}).status == 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(admin_rights)

BOOST_AUTO_TEST_CASE(a_web_page_of_another_origin_is_refused)
{
    daemon_process server({"--tcp-uppercase", "0", "--admin", "127.0.0.1:0"});
    auto const port = server.port("admin");
    auto const own = "127.0.0.1:" + std::to_string(port);
    struct {
        std::string_view target;
        std::string host;
        std::string fields;
        int status;
    } const table[] = {
        {"/stats", own, "", 200},
        {"/stats", "localhost", "", 200},
        {"/stats", "[::1]:80", "", 200},
        {"/stats", "evil.example", "", 421},
        {"/healthz", "evil.example", "", 421},
        {"/stats", "127.0.0.1.evil.example", "", 421},
        {"/stats", own, "Origin: http://" + own + "\r\n", 200},
        {"/stats", own, "Origin: http://evil.example\r\n", 403},
        {"/stats", own, "Origin: null\r\n", 403},
        {"/stats", own, "Sec-Fetch-Site: same-origin\r\n", 200},
        {"/stats", own, "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n", 403},
        {"/stats", own, "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n", 403},
        {"/", own, "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n", 200},
        {"/", own, "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n", 403},
    };
    for (auto const& row : table)
        BOOST_TEST(ask(port, request(row.target, row.host, row.fields)).status == row.status,
                   row.target << " at " << row.host << " with " << row.fields);
    // A tunnel may lead a browser to a UNIX socket.
    temporary_directory const directory;
    auto const path = directory / "admin.sock";
    daemon_process const local({"--tcp-uppercase", "0", "--admin", path});
    for (auto const* const host : {"localhost:8010", "evil.example:8010"}) {
        auto const tunnel = connect_unix(path);
        send_all(tunnel, request("/stats", host, "Origin: http://" + std::string(host) + "\r\n"));
        BOOST_TEST(receive_reply(tunnel).status == (host[0] == 'l' ? 200 : 421), host);
    }
    auto const drain = request("/drain", own, "Origin: http://evil.example\r\nContent-Length: 0\r\n", "POST");
    BOOST_TEST(ask(port, drain).status == 403);
    BOOST_TEST(ask(port, request("/readyz", own)).status == 200);
}

BOOST_AUTO_TEST_CASE(tokens_are_asked_for_over_tcp)
{
    temporary_directory const directory;
    auto const file = directory / "tokens";
    write_file(file,
               "# for the tests\n" + std::string(token) + "\nread " + std::string(reading_token) + "\n");
    ::chmod(file.c_str(), 0600);
    daemon_process server({"--tcp-uppercase", "0", "--admin", "*:0", "--admin-token-file", file});
    auto const port = server.port("admin");
    auto const with = [](std::string_view value) { return "Authorization: " + std::string(value) + "\r\n"; };
    struct {
        std::string_view method;
        std::string_view target;
        std::string fields;
        int status;
    } const table[] = {
        {"GET", "/healthz", "", 200},
        {"GET", "/stats", "", 401},
        {"GET", "/stats", with("Bearer " + std::string(token)), 200},
        {"GET", "/stats", with("bearer " + std::string(reading_token)), 200},
        {"GET", "/stats", with("Bearer " + std::string(token) + "x"), 401},
        {"GET", "/stats", with("Bearer "), 401},
        {"GET", "/stats", with("Basic " + std::string(token)), 401},
        {"PUT", "/log-level", with("Bearer " + std::string(reading_token)), 403},
        {"DELETE", "/connections?older=1h", with("Bearer " + std::string(token)), 200},
        {"GET", "/", "Accept: text/html\r\n", 200}, // the page, which asks for the token itself
    };
    for (auto const& row : table) {
        auto const reply = ask(port, request(row.target, "daemon.example", row.fields, row.method));
        BOOST_TEST(reply.status == row.status, row.method << " " << row.target << " with " << row.fields);
        if (row.status == 401)
            BOOST_TEST(reply.field("www-authenticate").starts_with("Bearer"));
    }
    auto const there = std::to_string(port);
    BOOST_TEST(run({client_program(), "ps", "--admin", there, "--token-file", file}).status ==
               2); // begins with #
    write_file(directory / "mine", std::string(token) + "\n");
    BOOST_TEST(run({client_program(), "ps", "--admin", there, "--token-file", directory / "mine"}).status ==
               0);
    auto const refused = run({client_program(), "ps", "--admin", there});
    BOOST_TEST(refused.status == 1);
    BOOST_TEST(refused.err.find("--token-file") != std::string::npos, refused.err);
}

BOOST_AUTO_TEST_CASE(what_others_could_reach_without_a_token_is_not_opened)
{
    auto const wildcard = refused_start({"--tcp-uppercase", "0", "--admin", "*:0"});
    BOOST_TEST(wildcard.status == 1);
    BOOST_TEST(wildcard.err.find("admin-token-file") != std::string::npos, wildcard.err);

    temporary_directory const directory;
    auto const file = directory / "tokens";
    write_file(file, std::string(token) + "\n");
    ::chmod(file.c_str(), 0644);
    auto const readable = refused_start({"--tcp-uppercase", "0", "--admin", "0", "--admin-token-file", file});
    BOOST_TEST(readable.err.find("chmod 600") != std::string::npos, readable.err);
    ::chmod(file.c_str(), 0600);
    write_file(file, "short\n");
    auto const weak = refused_start({"--tcp-uppercase", "0", "--admin", "0", "--admin-token-file", file});
    BOOST_TEST(weak.err.find("line 1") != std::string::npos, weak.err);
    BOOST_TEST(weak.err.find("short") == std::string::npos, weak.err);
}

BOOST_AUTO_TEST_CASE(the_socket_belongs_to_its_owner_unless_others_may_read)
{
    temporary_directory const directory;
    auto const path = directory / "admin.sock";
    auto const mode = [&path] {
        struct stat status{};
        ::stat(path.c_str(), &status);
        return status.st_mode & 0777U;
    };
    {
        daemon_process server({"--tcp-uppercase", "0", "--admin", path});
        BOOST_TEST(mode() == 0600U);
    }
    daemon_process server({"--tcp-uppercase", "0", "--admin", path, "--admin-readers", "*"});
    BOOST_TEST(mode() == 0666U);
}

BOOST_AUTO_TEST_CASE(another_user_may_read_if_named_and_never_write)
{
    if (!can_become_nobody()) {
        BOOST_TEST_MESSAGE("needs root, and setpriv");
        return;
    }
    temporary_directory const directory;
    std::filesystem::permissions(directory.path(), std::filesystem::perms::all);
    for (auto const* const readers : {"", "65534", ":65534", "*"}) {
        auto const path = directory / "admin.sock";
        std::vector<std::string> arguments{"--tcp-uppercase", "0", "--admin", path, "--admin", "127.0.0.1:0"};
        if (*readers != '\0')
            arguments.insert(arguments.end(), {"--admin-readers", readers});
        daemon_process server(arguments);
        // A TCP connection of this machine is known by who holds its other end; groups are not.
        auto const tcp = std::to_string(server.port("admin", 1));
        bool const none = *readers == '\0';
        bool const by_group = *readers == ':';
        BOOST_TEST_CONTEXT("readers '" << readers << "'")
        {
            BOOST_TEST(as_nobody({"ps", "--admin", path}).status == (none ? 1 : 0));
            auto const seen = as_nobody({"stats", "--admin", tcp});
            BOOST_TEST(seen.status == (none || by_group ? 1 : 0), seen.err);
            auto const drain = as_nobody({"drain", "--admin", path});
            BOOST_TEST(drain.status == 1);
            BOOST_TEST((none || drain.err.find("not steer") != std::string::npos), drain.err);
            BOOST_TEST(as_nobody({"log-level", "debug", "--admin", tcp}).status == 1);
            BOOST_TEST(run({client_program(), "log-level", "debug", "--admin", tcp}).status == 0); // root
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
