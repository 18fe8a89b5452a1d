// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

constexpr int failed = 1;
constexpr int used_wrongly = 2;

/// Something that the daemon must refuse, with the one line that it says: it holds all of `names`.
struct refusal {
    std::vector<std::string> arguments;
    int status;
    std::vector<std::string> names;
};

std::size_t lines_of(std::string const& text)
{
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void check(refusal const& expected, std::size_t lines = 1)
{
    std::string command;
    for (std::string const& argument : expected.arguments)
        command += " " + argument.substr(0, 120);
    BOOST_TEST_CONTEXT("polyportd" << command)
    {
        outcome const result = refused_start(expected.arguments);
        BOOST_TEST(result.status == expected.status, "status " << result.status << ": " << result.err);
        BOOST_TEST(result.out.empty(), result.out);
        BOOST_TEST(lines_of(result.err) == lines, result.err);
        BOOST_TEST(result.err.starts_with("polyportd: "), result.err);
        for (std::string const& name : expected.names)
            BOOST_TEST(result.err.find(name) != std::string::npos,
                       "'" << name << "' is not in: " << result.err);
    }
}

std::string config_file(temporary_directory const& directory, std::string_view content)
{
    fs::path const path = directory / "polyport.conf";
    write_file(path, content);
    return path.string();
}

} // namespace

BOOST_AUTO_TEST_SUITE(configuration)

BOOST_AUTO_TEST_CASE(wrong_use_of_the_command_line_gets_one_line_and_status_2)
{
    std::vector<refusal> const table{
        {{"--nonsense"}, used_wrongly, {"--nonsense"}},
        {{"--tcp-upercase", "0"}, used_wrongly, {"--tcp-upercase", "--tcp-uppercase"}},
        {{"--tcp-uppercase"}, used_wrongly, {"--tcp-uppercase"}},
        {{"--tcp-uppercase", "70000"}, used_wrongly, {"--tcp-uppercase", "70000", "65535"}},
        {{"--tcp-uppercase", "-1"}, used_wrongly, {"--tcp-uppercase", "-1"}},
        {{"--tcp-uppercase", "127.0.0.1:99999"}, used_wrongly, {"--tcp-uppercase", "99999"}},
        {{"--tcp-uppercase", "[::1"}, used_wrongly, {"--tcp-uppercase", "[::1"}},
        {{"--tcp-uppercase", "[::1]"}, used_wrongly, {"--tcp-uppercase", "[::1]"}},
        {{"--tcp-uppercase", "1.2.3.4.5:80"}, used_wrongly, {"--tcp-uppercase", "1.2.3.4.5"}},
        {{"--tcp-uppercase", ""}, used_wrongly, {"--tcp-uppercase"}},
        {{"--tcp-uppercase", "0", "--log-level", "loud"}, used_wrongly, {"--log-level", "loud", "info"}},
        {{"--tcp-uppercase", "0", "--log-format", "xml"}, used_wrongly, {"--log-format", "xml", "json"}},
        {{"--tcp-uppercase", "0", "--idle-timeout", "5y"}, used_wrongly, {"--idle-timeout", "5y"}},
        {{"--tcp-uppercase", "0", "--idle-timeout", "-5s"}, used_wrongly, {"--idle-timeout", "-5s"}},
        {{"--tcp-uppercase", "0", "--backlog", "0"}, used_wrongly, {"--backlog", "0"}},
        {{"--tcp-uppercase", "0", "--max-connections", "many"}, used_wrongly, {"--max-connections", "many"}},
        {{"--tcp-uppercase", "0", "--max-connections", "99999999999999999999"},
         used_wrongly,
         {"--max-connections", "99999999999999999999"}},
        {{"--tcp-uppercase", "0", "--socket-mode", "0999"}, used_wrongly, {"--socket-mode", "0999"}},
        {{"--tcp-uppercase", "0", "--ready-file", ""}, used_wrongly, {"--ready-file", "missing"}},
        {{"--tcp-uppercase", "0", "--log-file", ""}, used_wrongly, {"--log-file", "missing"}},
        {{"--local-stream", "8000"}, used_wrongly, {"--local-stream 127.0.0.1:8000", "./local-stream.sock"}},
        {{"--udp-uppercase", "./u.sock"}, used_wrongly, {"--udp-uppercase ./u.sock", "such as 8000"}},
        {{"--tcp-uppercase", "8000", "--tcp-uppercase", "127.0.0.1:8000"},
         used_wrongly,
         {"--tcp-uppercase 127.0.0.1:8000", "taken by", "another port"}},
        {{"--tcp-uppercase", "8000", "--http", "*:8000", "--http-root", "/tmp"},
         used_wrongly,
         {"--http *:8000", "taken by --tcp-uppercase 127.0.0.1:8000"}},
        {{"--local-stream", "./s.sock", "--local-datagram", "./s.sock"},
         used_wrongly,
         {"--local-datagram ./s.sock", "taken by --local-stream", "another path"}},
        {{"--tcp-uppercase", "0", "--ready-fd", "99"}, used_wrongly, {"--ready-fd", "99"}},
        {{"--tcp-uppercase", "0", "--user", "no-such-user"}, used_wrongly, {"--user", "no-such-user"}},
        {{"--tcp-uppercase", "0", "surplus"}, used_wrongly, {"surplus"}},
        {{"--local-stream", "/" + std::string(120, 'x')}, used_wrongly, {"--local-stream"}},
        {{"--config", "/no/such/file"}, used_wrongly, {"/no/such/file"}},
        {{"--config", "/"}, used_wrongly, {"/"}},
        {{"--http", "0", "--http-root", "/no/such/directory"},
         used_wrongly,
         {"--http-root", "/no/such/directory"}},
        {{"--http", "0", "--http-root", "/etc/passwd"}, used_wrongly, {"--http-root", "/etc/passwd"}},
        {{"--http", "0"}, used_wrongly, {"http-root", "--http-root DIR"}},
        {{"--http", "0", "--check"}, used_wrongly, {"http-root", "--http-root DIR"}},
        {{"--http", "0", "--http-root", "/", "--http-error-page", "404=/no/such/page"},
         used_wrongly,
         {"http-error-page", "/no/such/page"}},
    };
    for (refusal const& row : table)
        check(row);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_had_gets_one_line_and_status_1)
{
    temporary_directory const directory;
    unique_fd const other = listen_tcp();
    std::string const port = std::to_string(local_port(other));
    std::vector<refusal> const table{
        {{"--tcp-uppercase", port}, failed, {"--tcp-uppercase", port, "in use"}},
        {{"--http", port, "--http-root", directory.path().string()}, failed, {"--http", port, "in use"}},
        {{"--tcp-uppercase", "192.0.2.1:0"}, failed, {"--tcp-uppercase", "192.0.2.1"}}, // TEST-NET-1
        {{"--tcp-uppercase", "no-such-host.invalid:80"}, failed, {"--tcp-uppercase", "no-such-host.invalid"}},
        {{"--tcp-uppercase", "fd:web"}, failed, {"--tcp-uppercase", "fd:web", "LISTEN_FDS"}},
        {{"--local-stream", "/no/such/directory/s.sock"}, failed, {"--local-stream", "/no/such/directory"}},
        {{"--tcp-uppercase", "0", "--ready-file", "/no/such/directory/ready"},
         failed,
         {"ready-file", "/no/such/directory/ready"}},
        {{"--tcp-uppercase", "0", "--log-file", "/no/such/directory/log"},
         failed,
         {"log-file", "/no/such/directory/log"}},
    };
    for (refusal const& row : table)
        check(row);
    BOOST_TEST(fs::is_empty(directory.path()));
}

BOOST_AUTO_TEST_CASE(all_addresses_of_one_family_leave_the_port_to_the_other)
{
    daemon_process const ipv4({"--tcp-uppercase", "0.0.0.0:0"});
    std::string const port = std::to_string(ipv4.port("tcp-uppercase"));
    daemon_process const ipv6({"--tcp-uppercase", "[::]:" + port});
    BOOST_TEST(converse(connect_tcp(ipv6.port("tcp-uppercase"), "::1"), "six") == "SIX");
    BOOST_TEST(ipv6.log().wait_for_count("opened", 1));
    check({{"--tcp-uppercase", "*:" + port}, failed, {"--tcp-uppercase", port, "in use"}});
}

BOOST_AUTO_TEST_CASE(a_directory_that_may_not_be_read_is_named)
{
    if (::geteuid() == 0) {
        BOOST_TEST_MESSAGE("root may read every directory");
        return;
    }
    temporary_directory const directory;
    fs::permissions(directory.path(), fs::perms::none);
    check({{"--http", "0", "--http-root", directory.path().string()},
           used_wrongly,
           {"--http-root", directory.path().string()}});
    fs::permissions(directory.path(), fs::perms::owner_all);
}

BOOST_AUTO_TEST_CASE(without_a_service_it_shows_an_example)
{
    outcome const result = refused_start({});
    BOOST_TEST(result.status == used_wrongly);
    BOOST_TEST(result.err.find("--tcp-uppercase") != std::string::npos);
    BOOST_TEST(result.out.empty());
}

BOOST_AUTO_TEST_CASE(every_problem_of_a_file_is_told_at_once_with_file_and_line)
{
    temporary_directory const directory;
    std::string const file = config_file(directory, "# a comment\n"
                                                    "tcp-uppercase = 0\n"
                                                    "log-level = loud\n"
                                                    "no-such-thing = 1\n"
                                                    "backlog = 99999999\n"
                                                    "just words\n");
    check({{"--config", file, "--idle-timeout", "soon"},
           used_wrongly,
           {file + ":3", "loud", file + ":4", "no-such-thing", file + ":5", "99999999", file + ":6",
            "--idle-timeout", "soon"}},
          5);
}

BOOST_AUTO_TEST_CASE(a_file_with_a_nul_is_refused_and_one_without_a_newline_at_its_end_is_not)
{
    temporary_directory const directory;
    using namespace std::string_view_literals;
    std::string file = config_file(directory, "tcp-uppercase = 0\nlog\0level = info\n"sv);
    check({{"--config", file}, used_wrongly, {file + ":2", "NUL"}});
    file = config_file(directory, "tcp-uppercase = 0\nlog-level = warning");
    BOOST_TEST(refused_start({"--config", file, "--check"}).status == 0);
    file = config_file(directory, "\xef\xbb\xbftcp-uppercase = 0\r\nlog-level = info\r\n");
    outcome const windows = refused_start({"--config", file, "--check"});
    // Taken or refused: but if refused, then with a line that can be understood.
    BOOST_TEST((windows.status == 0 || windows.err.find(file + ":1") != std::string::npos), windows.err);
}

BOOST_AUTO_TEST_CASE(check_validates_and_binds_nothing)
{
    temporary_directory const directory;
    std::string const path = directory / "s.sock";
    outcome const good = refused_start({"--local-stream", path, "--check"});
    BOOST_TEST(good.status == 0);
    BOOST_TEST(!fs::exists(path));
    BOOST_TEST(refused_start({"--local-stream", path, "--backlog", "x", "--check"}).status == used_wrongly);
}

BOOST_AUTO_TEST_CASE(the_command_line_wins_over_the_file)
{
    temporary_directory const directory;
    fs::path const from_file = directory / "file.sock";
    fs::path const from_line = directory / "line.sock";
    std::string const file =
        config_file(directory, "local-stream = " + from_file.string() + "\nsocket-mode = 0600\n");
    daemon_process server({"--config", file, "--local-stream", from_line.string()});
    BOOST_TEST(!fs::exists(from_file));
    BOOST_TEST((fs::status(from_line).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
    BOOST_TEST(converse(connect_unix(from_line), "abcd") == "ABCD");
}

BOOST_AUTO_TEST_CASE(a_repeated_name_adds_an_endpoint)
{
    temporary_directory const directory;
    std::string const file = config_file(directory, "tcp-uppercase = 0\ntcp-uppercase = [::1]:0\n");
    daemon_process server({"--config", file});
    BOOST_TEST(converse(connect_tcp(server.port("tcp-uppercase", 0)), "one") == "ONE");
    BOOST_TEST(converse(connect_tcp(server.port("tcp-uppercase", 1), "::1"), "two") == "TWO");
}

BOOST_AUTO_TEST_CASE(the_file_of_the_old_texts_works_as_it_is)
{
    temporary_directory const directory;
    fs::create_directory(directory / "www");
    write_file(directory / "www/index.html", "the old index");
    // A port of its own: somebody may have 80 or 8080.
    std::string const port = std::to_string(local_port(listen_tcp()));
    std::string const file =
        config_file(directory, "Port=" + port + "\nDirectory=" + (directory / "www").string() + "\n");
    daemon_process server({"--config", file});
    BOOST_TEST(std::to_string(server.port("http")) == port);
    unique_fd const client = connect_tcp(server.port("http"));
    send_all(client, "GET / HTTP/1.0\r\n\r\n");
    BOOST_TEST(receive_to_end(client).ends_with("the old index"));
}

BOOST_AUTO_TEST_CASE(help_and_version_go_to_standard_output)
{
    outcome const help = refused_start({"--help"});
    BOOST_TEST(help.status == 0);
    BOOST_TEST(help.err.empty());
    for (char const* option : {"--tcp-uppercase", "--udp-uppercase", "--local-stream", "--local-datagram",
                               "--http", "--http-root", "--max-connections", "--drain-timeout", "--ready-fd",
                               "--log-format", "--config", "--check", "--version"})
        BOOST_TEST(help.out.find(option) != std::string::npos, option);
    outcome const version = refused_start({"--version"});
    BOOST_TEST(version.status == 0);
    BOOST_TEST(version.out.starts_with("polyportd "));
}

BOOST_AUTO_TEST_SUITE_END()
