// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>

#include <sys/socket.h>
#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

std::string ask(unique_fd const& client, std::string_view message)
{
    send_all(client, message);
    return receive_exactly(client, message.size());
}

/// Sends until nothing goes any more: then the server, too, waits for us to read.
void fill(unique_fd const& client)
{
    set_limit(client, milliseconds(300));
    try {
        for (;;)
            send_all(client, std::string(1U << 16, 'a'));
    } catch (std::system_error const& error) {
        BOOST_TEST_REQUIRE(error.code().value() == EAGAIN);
    }
    set_limit(client, patience);
}

int connect_error(std::uint16_t port)
{
    try {
        connect_tcp(port);
        return 0;
    } catch (std::system_error const& error) {
        return error.code().value();
    }
}

auto event_is(std::string event)
{
    return [event = std::move(event)](log_line const& line) { return line.event() == event; };
}

} // namespace

BOOST_AUTO_TEST_SUITE(lifecycle)

// Launch

BOOST_AUTO_TEST_CASE(the_launch_report_names_every_endpoint)
{
    temporary_directory const directory;
    fs::path const report = directory / "ready.json";
    std::string const stream = directory / "s.sock";
    std::string const datagram = directory / "d.sock";
    {
        daemon_process server({"--tcp-uppercase", "0", "--udp-uppercase", "[::1]:0", "--local-stream", stream,
                               "--local-datagram", datagram, "--ready-file", report.string()});
        BOOST_TEST(read_file(report) == server.ready_text());
        BOOST_TEST(server.ready_text().find('\n') == server.ready_text().size() - 1);
        BOOST_TEST(server.ready().at("pid").as_int64() == server.pid());
        BOOST_TEST(!server.ready().at("version").as_string().empty());
        BOOST_TEST(server.ready().at("endpoints").as_array().size() == 4U);
        auto const field = [&](char const* service, char const* name) {
            return std::string(server.endpoint(service).at(name).as_string());
        };
        BOOST_TEST(field("tcp-uppercase", "transport") == "tcp");
        BOOST_TEST(field("tcp-uppercase", "address") == "127.0.0.1");
        BOOST_TEST(server.port("tcp-uppercase") > 0);
        BOOST_TEST(field("udp-uppercase", "transport") == "udp");
        BOOST_TEST(field("udp-uppercase", "address") == "::1");
        BOOST_TEST(field("local-stream", "transport") == "unix");
        BOOST_TEST(field("local-stream", "path") == stream);
        BOOST_TEST(field("local-datagram", "transport") == "unixgram");
        BOOST_TEST(field("local-datagram", "path") == datagram);
    }
    BOOST_TEST(!fs::exists(report));
}

BOOST_AUTO_TEST_CASE(the_service_manager_is_told_of_start_and_stop)
{
    temporary_directory const directory;
    fs::path const path = directory / "notify";
    unique_fd const manager = bind_unix(path, SOCK_DGRAM);
    launch_options options;
    options.environment = {"NOTIFY_SOCKET=" + path.string()};
    daemon_process server({"--tcp-uppercase", "0"}, options);
    BOOST_TEST(receive_datagram(manager) == "READY=1");
    server.stop();
    BOOST_TEST(receive_datagram(manager) == "STOPPING=1");
}

BOOST_AUTO_TEST_CASE(the_service_manager_hears_that_the_loop_runs_as_often_as_it_wants_to)
{
    temporary_directory const directory;
    fs::path const path = directory / "notify";
    unique_fd const manager = bind_unix(path, SOCK_DGRAM);
    launch_options options;
    options.environment = {"NOTIFY_SOCKET=" + path.string(), "WATCHDOG_USEC=50000"};
    daemon_process server({"--tcp-uppercase", "0"}, options);
    BOOST_TEST(receive_datagram(manager) == "READY=1");
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(receive_datagram(manager) == "WATCHDOG=1");
    server.stop();
}

BOOST_AUTO_TEST_CASE(sockets_of_the_service_manager_are_served_under_their_names)
{
    temporary_directory const directory;
    fs::path const path = directory / "inherited.sock";
    unique_fd const tcp = listen_tcp();
    unique_fd const udp = bind_udp();
    unique_fd const local = bind_unix(path, SOCK_STREAM);
    launch_options options;
    options.descriptors = {{tcp.get(), 3}, {udp.get(), 4}, {local.get(), 5}};
    options.environment = {"LISTEN_FDS=3", "LISTEN_FDNAMES=stream:message:file"};
    options.set_listen_pid = true;
    {
        daemon_process server(
            {"--tcp-uppercase", "fd:stream", "--udp-uppercase", "fd:message", "--local-stream", "fd:file"},
            options);
        BOOST_TEST(server.port("tcp-uppercase") == local_port(tcp));
        BOOST_TEST(ask(connect_tcp(local_port(tcp)), "abcd") == "ABCD");
        unique_fd const client = connect_udp(local_port(udp));
        send_datagram(client, "abcd");
        BOOST_TEST(receive_datagram(client) == "ABCD");
        BOOST_TEST(ask(connect_unix(path), "abcd") == "ABCD");
    }
    BOOST_TEST(fs::exists(path)); // it belongs to the manager
}

BOOST_AUTO_TEST_CASE(sockets_that_are_meant_for_another_process_are_left_alone)
{
    unique_fd const tcp = listen_tcp();
    launch_options options;
    options.descriptors = {{tcp.get(), 3}};
    options.environment = {"LISTEN_FDS=1", "LISTEN_PID=1"};
    outcome const result = refused_start({"--tcp-uppercase", "fd:3"}, options);
    BOOST_TEST(result.status == 1);
    BOOST_TEST(result.err.find("fd:3") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_soft_descriptor_limit_is_raised_to_the_hard_one)
{
    launch_options options;
    options.soft_descriptor_limit = 64;
    daemon_process server({"--tcp-uppercase", "0"}, options);
    std::string const limits = read_file("/proc/" + std::to_string(server.pid()) + "/limits");
    std::string const line = limits.substr(limits.find("Max open files"));
    BOOST_TEST(line.substr(0, line.find('\n')).find(" 64 ") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(if_one_endpoint_cannot_be_bound_none_stays)
{
    temporary_directory const directory;
    unique_fd const other = listen_tcp();
    std::string const port = std::to_string(local_port(other));
    fs::path const path = directory / "s.sock";
    fs::path const report = directory / "ready.json";
    outcome const result = refused_start(
        {"--local-stream", path.string(), "--tcp-uppercase", port, "--ready-file", report.string()});
    BOOST_TEST(result.status == 1);
    BOOST_TEST(result.err.find("tcp-uppercase") != std::string::npos);
    BOOST_TEST(result.err.find(port) != std::string::npos);
    BOOST_TEST(!fs::exists(path));
    BOOST_TEST(!fs::exists(report));
}

// Stopping

BOOST_AUTO_TEST_CASE(idle_connections_end_at_once_when_the_daemon_is_told_to_stop)
{
    for (int const number : {SIGTERM, SIGINT}) {
        daemon_process server({"--tcp-uppercase", "0", "--drain-timeout", "1h"});
        unique_fd const client = connect_tcp(server.port("tcp-uppercase"));
        BOOST_TEST(ask(client, "abcd") == "ABCD");
        server.signal(number);
        BOOST_TEST(receive_to_end(client).empty()); // an orderly end, no reset
        BOOST_TEST(server.wait().value_or(-1) == 0);
        server.stop();
        for (char const* event : {"draining", "closed", "stopped"})
            BOOST_TEST(server.log().count(event) == 1U, event);
        BOOST_TEST(server.log().wait_for(event_is("closed"))->field("reason") == "draining");
    }
}

BOOST_AUTO_TEST_CASE(a_busy_connection_may_finish_while_new_ones_are_refused)
{
    daemon_process server({"--tcp-uppercase", "0", "--drain-timeout", "1h"});
    std::uint16_t const port = server.port("tcp-uppercase");
    unique_fd const client = connect_tcp(port);
    fill(client);
    server.signal(SIGTERM);
    BOOST_TEST_REQUIRE(server.log().wait_for(event_is("draining")).has_value());
    BOOST_TEST(eventually([&] { return connect_error(port) == ECONNREFUSED; }));
    // What it had taken before it was told to stop is answered. The rest of our bytes is not read any more,
    // so that the end is a reset.
    std::string answer;
    try {
        answer = receive_to_end(client);
    } catch (std::system_error const& error) {
        BOOST_TEST(error.code().value() == ECONNRESET);
    }
    BOOST_TEST(server.wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(the_drain_time_out_ends_the_connections_that_are_left)
{
    daemon_process server({"--tcp-uppercase", "0", "--drain-timeout", "300ms", "--write-timeout", "1h"});
    unique_fd const client = connect_tcp(server.port("tcp-uppercase"));
    fill(client);
    server.signal(SIGTERM);
    BOOST_TEST(server.wait().value_or(-1) == 0);
    server.stop();
    auto const closed = server.log().wait_for(event_is("closed"));
    BOOST_REQUIRE(closed);
    BOOST_TEST(closed->field("reason") == "drain time-out");
}

BOOST_AUTO_TEST_CASE(a_second_signal_skips_the_wait)
{
    daemon_process server({"--tcp-uppercase", "0", "--drain-timeout", "1h", "--write-timeout", "1h"});
    unique_fd const client = connect_tcp(server.port("tcp-uppercase"));
    fill(client);
    server.signal(SIGTERM);
    BOOST_TEST_REQUIRE(server.log().wait_for(event_is("draining")).has_value());
    BOOST_TEST(!server.wait(milliseconds(300)));
    server.signal(SIGINT);
    BOOST_TEST(server.wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(signals_that_keep_coming_do_not_spoil_the_exit)
{
    for (int i = 0; i < 5; ++i) {
        daemon_process server({"--tcp-uppercase", "0"});
        unique_fd const client = connect_tcp(server.port("tcp-uppercase"));
        while (!server.wait(milliseconds(0)))
            server.signal(SIGTERM);
        BOOST_TEST(server.wait().value_or(-1) == 0);
    }
}

BOOST_AUTO_TEST_CASE(stops_at_once_without_connections)
{
    daemon_process server({"--tcp-uppercase", "0", "--udp-uppercase", "0", "--drain-timeout", "1h"});
    BOOST_TEST(server.stop() == 0);
}

// Other signals

BOOST_AUTO_TEST_CASE(sighup_opens_the_log_file_anew)
{
    temporary_directory const directory;
    fs::path const path = directory / "polyport.log";
    fs::path const rotated = directory / "polyport.log.1";
    daemon_process server({"--tcp-uppercase", "0", "--log-file", path.string()});
    std::uint16_t const port = server.port("tcp-uppercase");
    BOOST_TEST(eventually([&] { return read_file(path).find("\"ready\"") != std::string::npos; }));
    fs::rename(path, rotated);
    server.signal(SIGHUP);
    BOOST_TEST(eventually([&] { return fs::exists(path); }));
    BOOST_TEST(ask(connect_tcp(port), "abcd") == "ABCD");
    BOOST_TEST(eventually([&] { return read_file(path).find("\"closed\"") != std::string::npos; }));
    BOOST_TEST(read_file(rotated).find("\"closed\"") == std::string::npos);
    for (int i = 0; i < 20; ++i)
        server.signal(SIGHUP);
    BOOST_TEST(ask(connect_tcp(port), "abcd") == "ABCD");
}

BOOST_AUTO_TEST_CASE(sigusr1_writes_the_connection_table_to_the_log)
{
    temporary_directory const directory;
    fs::path const path = directory / "s.sock";
    fs::path const own = directory / "own.sock";
    daemon_process server({"--tcp-uppercase", "*:0", "--local-stream", path.string()});
    std::uint16_t const port = server.port("tcp-uppercase");
    unique_fd const four = connect_tcp(port);
    unique_fd const six = connect_tcp(port, "::1");
    unique_fd const local = connect_unix(path, own);
    BOOST_TEST(ask(four, "four") == "FOUR");
    BOOST_TEST(ask(six, "six") == "SIX");
    BOOST_TEST(ask(local, "local") == "LOCAL");
    server.signal(SIGUSR1);
    auto const tables = server.log().wait_for(event_is("tables"));
    BOOST_TEST_REQUIRE(tables.has_value());
    BOOST_TEST(tables->field("connections") == "3");

    auto const of = [&](std::string const& remote) {
        auto const line = server.log().wait_for([&](log_line const& candidate) {
            return candidate.event() == "connection" && candidate.field("remote") == remote;
        });
        BOOST_REQUIRE_MESSAGE(line, "no record of " << remote << " in\n" << server.log().text());
        return *line;
    };
    log_line const tcp = of(local_text(four));
    BOOST_TEST(tcp.field("service") == "tcp-uppercase");
    BOOST_TEST(tcp.field("transport") == "tcp");
    BOOST_TEST(tcp.field("local") == "127.0.0.1:" + std::to_string(port));
    BOOST_TEST(tcp.field("state") == "idle");
    BOOST_TEST(tcp.field("received") == "4");
    BOOST_TEST(tcp.field("sent") == "4");
    for (char const* name : {"connection", "age", "idle", "rtt-us", "retransmits"})
        BOOST_TEST(!tcp.field(name).empty(), name);
    BOOST_TEST(tcp.field("tcp-state") == "ESTABLISHED");
    BOOST_TEST(of(local_text(six)).field("local") == "[::1]:" + std::to_string(port));

    log_line const unix_line = of(own.string());
    BOOST_TEST(unix_line.field("service") == "local-stream");
    BOOST_TEST(unix_line.field("transport") == "unix");
    BOOST_TEST(unix_line.field("local") == path.string());
    BOOST_TEST(unix_line.field("uid") == std::to_string(::getuid()));
    BOOST_TEST(unix_line.field("gid") == std::to_string(::getgid()));
    BOOST_TEST(unix_line.field("pid") == std::to_string(::getpid()));
    BOOST_TEST(unix_line.field("received") == "5");
}

BOOST_AUTO_TEST_CASE(sigpipe_is_harmless)
{
    daemon_process server({"--tcp-uppercase", "0"});
    for (int i = 0; i < 20; ++i) {
        unique_fd const client = connect_tcp(server.port("tcp-uppercase"));
        send_all(client, noise(200'000));
    }
    server.signal(SIGPIPE);
    BOOST_TEST(ask(connect_tcp(server.port("tcp-uppercase")), "abcd") == "ABCD");
}

BOOST_AUTO_TEST_CASE(a_log_that_nobody_reads_any_more_is_harmless)
{
    pipe_ends report = make_pipe();
    pipe_ends errors = make_pipe();
    launch_options options;
    options.descriptors = {{report.write.get(), 20}, {errors.write.get(), 2}};
    child_process server({daemon_program(), "--tcp-uppercase", "0", "--ready-fd", "20"}, options);
    report.write.reset();
    errors.write.reset();
    errors.read.reset();
    std::string line(4096, '\0');
    ssize_t const size = ::read(report.read.get(), line.data(), line.size());
    BOOST_TEST_REQUIRE(size > 0);
    line.resize(static_cast<std::size_t>(size));
    auto const parsed = boost::json::parse(line);
    auto const port =
        static_cast<std::uint16_t>(parsed.at("endpoints").as_array().at(0).at("port").as_int64());
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(ask(connect_tcp(port), "abcd") == "ABCD");
    server.signal(SIGTERM);
    BOOST_TEST(server.wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
