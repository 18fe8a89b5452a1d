// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"
#include "tests/integration/terminal.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

namespace {

using words = std::vector<std::string>;

words client_with(words const& arguments)
{
    words all{client_program()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

outcome polyport_run(words const& arguments, std::string_view input = {}, launch_options const& options = {})
{
    return run(client_with(arguments), input, options);
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

/// One daemon with the four uppercase services.
struct four_services {
    temporary_directory directory;
    std::string stream_path = directory / "stream.sock";
    std::string datagram_path = directory / "datagram.sock";
    daemon_process server{{"--tcp-uppercase", "127.0.0.1:0", "--udp-uppercase", "127.0.0.1:0",
                           "--local-stream", stream_path, "--local-datagram", datagram_path}};
    std::string tcp = "tcp://127.0.0.1:" + std::to_string(server.port("tcp-uppercase"));
    std::string udp = "udp://127.0.0.1:" + std::to_string(server.port("udp-uppercase"));

    words addresses() const
    {
        std::string const port = std::to_string(server.port("tcp-uppercase"));
        return {port,
                "127.0.0.1:" + port,
                "localhost:" + port,
                tcp,
                udp,
                stream_path,
                "unix:" + stream_path,
                "unixgram:" + datagram_path,
                "udp://localhost:" + std::to_string(server.port("udp-uppercase"))};
    }
};

/// A pipe that stays open and silent, as a keyboard that nobody touches; descriptor 9 of the child.
struct silent_input {
    pipe_ends pipe = make_pipe();
    launch_options options;

    silent_input() { options.descriptors = {{pipe.read.get(), 9}}; }
};

unique_fd accept_one(unique_fd const& listener)
{
    return unique_fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

std::size_t own_paths_in(std::filesystem::path const& directory)
{
    std::size_t count = 0;
    for (auto const& entry : std::filesystem::directory_iterator(directory))
        count += entry.path().filename().string().starts_with("polyport-");
    return count;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client)

BOOST_AUTO_TEST_CASE(sends_its_arguments_to_every_kind_of_service_and_prints_the_bare_reply)
{
    four_services const services;
    for (std::string const& address : services.addresses()) {
        auto const done = polyport_run({"send", address, "abcd", "1 x"});
        BOOST_TEST(done.status == 0, address << ": " << done.err);
        BOOST_TEST(done.out == "ABCD 1 X", address);
        BOOST_TEST(done.err == "", address);
    }
    auto const labelled = polyport_run({"send", "--verbose", services.tcp, "abcd"});
    BOOST_TEST(labelled.out == "Response from server:\nABCD\n");
    BOOST_TEST(contains(labelled.err, "connected, from 127.0.0.1:"));
}

BOOST_AUTO_TEST_CASE(sends_standard_input_of_any_size_byte_for_byte)
{
    four_services const services;
    for (std::string const& address : {services.tcp, services.stream_path})
        for (std::size_t const size :
             {std::size_t{0}, std::size_t{1}, std::size_t{65'536}, std::size_t{20'000'000}}) {
            std::string const bytes = noise(size);
            auto const done = polyport_run({"send", address}, bytes);
            BOOST_TEST(done.status == 0, done.err);
            bool const same = done.out == uppercased(bytes);
            BOOST_TEST(same, address << ", size " << size);
        }
    for (std::string const& address : {services.udp, "unixgram:" + services.datagram_path}) {
        std::string const bytes = noise(65'507);
        auto const whole = polyport_run({"send", address}, bytes);
        BOOST_TEST(whole.status == 0, whole.err);
        bool const same = whole.out == uppercased(bytes);
        BOOST_TEST(same, address);

        auto const too_long = polyport_run({"send", address}, noise(65'508));
        BOOST_TEST(too_long.status == 1);
        BOOST_TEST(contains(too_long.err, "65507 bytes that a datagram carries"), too_long.err);
        BOOST_TEST(too_long.out == "");
    }
}

BOOST_AUTO_TEST_CASE(sends_a_file_and_prints_into_a_file)
{
    four_services const services;
    std::string const bytes = noise(3'000'000);
    write_file(services.directory / "in", bytes);
    unique_fd const in(::open((services.directory / "in").c_str(), O_RDONLY | O_CLOEXEC));
    unique_fd const out(::open((services.directory / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    launch_options options;
    options.descriptors = {{in.get(), STDIN_FILENO}, {out.get(), STDOUT_FILENO}};
    child_process copy(client_with({"send", services.tcp}), options);
    BOOST_TEST(copy.wait().value_or(-1) == 0);
    bool const same = read_file(services.directory / "out") == uppercased(bytes);
    BOOST_TEST(same);
}

BOOST_AUTO_TEST_CASE(chats_line_by_line_from_a_pipe_until_q_exit_or_the_end)
{
    four_services const services;
    for (std::string const& address : services.addresses())
        for (char const* input :
             {"one\ntwo\n", "one\ntwo\nq\nthree\n", "one\ntwo\nexit\nthree\n", "one\ntwo\nq"}) {
            auto const done = polyport_run({"chat", address}, input);
            BOOST_TEST(done.status == 0, address << ": " << done.err);
            BOOST_TEST(done.out == "ONE\nTWO\n", address);
            BOOST_TEST(done.err == "", address);
        }
    std::string lines;
    for (int n = 0; n < 100'000; ++n)
        lines += "line " + std::to_string(n) + "\n";
    auto const many = polyport_run({"chat", services.tcp}, lines);
    bool const same = many.out == uppercased(lines);
    BOOST_TEST(same);
    BOOST_TEST(many.status == 0);
}

BOOST_AUTO_TEST_CASE(a_line_too_long_for_a_datagram_is_refused_and_the_chat_goes_on)
{
    four_services const services;
    auto const done = polyport_run({"chat", services.udp}, "one\n" + std::string(70'000, 'x') + "\nq\xff\n" +
                                                               std::string(65'507, 'y'));
    BOOST_TEST(done.status == 1);
    BOOST_TEST(contains(done.err, "the line is longer than"));
    bool const same = done.out == "ONE\nQ\xff\n" + std::string(65'507, 'Y') + "\n";
    BOOST_TEST(same);
}

BOOST_AUTO_TEST_CASE(a_chat_ends_at_once_when_the_other_side_closes)
{
    unique_fd const listener = listen_tcp();
    silent_input const input;
    for (bool const by_reset : {false, true}) {
        BOOST_TEST_REQUIRE(::write(input.pipe.write.get(), "abc\n", 4) == 4); // shows that it has connected
        std::thread closing([&] {
            unique_fd const accepted = accept_one(listener);
            receive_exactly(accepted, 4);
            send_all(accepted, "bye\n");
            if (by_reset)
                reset_on_close(accepted);
        });
        auto const done = run({"/bin/sh", "-c", "exec \"$0\" chat \"$1\" <&9", client_program(),
                               std::to_string(local_port(listener))},
                              {}, input.options);
        closing.join();
        BOOST_TEST(done.status == 1);
        BOOST_TEST(done.err == "the other side has been closed.\n");
        if (!by_reset)
            BOOST_TEST(done.out == "bye\n");
    }
}

BOOST_AUTO_TEST_CASE(a_chat_over_datagrams_goes_on_across_a_restart_of_the_server)
{
    temporary_directory const directory;
    for (bool const is_unix : {false, true}) {
        std::string const path = directory / "datagram.sock";
        words const unix_service{"--local-datagram", path};
        std::optional<daemon_process> server;
        server.emplace(is_unix ? unix_service : words{"--udp-uppercase", "127.0.0.1:0"});
        std::string const port = is_unix ? "" : std::to_string(server->port("udp-uppercase"));
        std::string const address = is_unix ? "unixgram:" + path : "udp://127.0.0.1:" + port;

        auto input = make_pipe();
        auto output = make_pipe();
        launch_options options;
        options.descriptors = {{input.read.get(), STDIN_FILENO}, {output.write.get(), STDOUT_FILENO}};
        child_process chat(client_with({"chat", "--timeout", "100ms", "--retries", "500", address}), options);
        input.read.reset();
        output.write.reset();
        auto const say = [&](std::string const& text) {
            BOOST_TEST(::write(input.write.get(), text.data(), text.size()) ==
                       static_cast<ssize_t>(text.size()));
        };
        auto const answer = [&] {
            std::string text;
            char c = 0;
            while (::read(output.read.get(), &c, 1) == 1 && c != '\n')
                text += c;
            return text;
        };

        say("before\n");
        BOOST_TEST(answer() == "BEFORE");
        server.reset();
        say("across\n");
        server.emplace(is_unix ? unix_service : words{"--udp-uppercase", "127.0.0.1:" + port});
        BOOST_TEST(answer() == "ACROSS");
        say("after\n");
        BOOST_TEST(answer() == "AFTER");
        input.write.reset();
        BOOST_TEST(chat.wait().value_or(-1) == 0);
    }
}

BOOST_AUTO_TEST_CASE(no_answer_in_time_has_a_status_of_its_own)
{
    unique_fd const mute = bind_udp();
    auto const silent = polyport_run(
        {"send", "-t", "50ms", "-r", "2", "udp://127.0.0.1:" + std::to_string(local_port(mute)), "x"});
    BOOST_TEST(silent.status == 3);
    BOOST_TEST(contains(silent.err, "no answer to 3 tries of 50ms"), silent.err);

    unique_fd const listener = listen_tcp(); // accepts in the kernel, and never answers
    auto const stalled =
        polyport_run({"send", "-t", "50ms", "127.0.0.1:" + std::to_string(local_port(listener)), "x"});
    BOOST_TEST(stalled.status == 3);
    BOOST_TEST(contains(stalled.err, "no answer within 50ms"), stalled.err);
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_address_the_cause_and_the_remedy)
{
    temporary_directory const directory;
    std::uint16_t port = 0;
    {
        unique_fd const gone = bind_udp();
        port = local_port(gone);
    }
    auto const udp = polyport_run({"send", "-t", "20ms", "udp://127.0.0.1:" + std::to_string(port), "x"});
    BOOST_TEST(udp.status == 3);
    BOOST_TEST(contains(udp.err, "connection refused; is polyportd running there? (4 tries)"), udp.err);
    {
        unique_fd const gone = listen_tcp();
        port = local_port(gone);
    }
    auto const tcp = polyport_run({"send", std::to_string(port), "x"});
    BOOST_TEST(tcp.status == 1);
    BOOST_TEST(tcp.err == "polyport: 127.0.0.1:" + std::to_string(port) +
                              ": connection refused; is polyportd running there?\n");
    auto const path = polyport_run({"send", directory / "none", "x"});
    BOOST_TEST(path.status == 1);
    BOOST_TEST(contains(path.err, "no such socket"));
    auto const name = polyport_run({"send", "no-such-host.invalid:8000", "x"});
    BOOST_TEST(name.status == 1);
    BOOST_TEST(contains(name.err, "no-such-host.invalid"), name.err);
}

BOOST_AUTO_TEST_CASE(wrong_use_has_its_status_and_one_line)
{
    struct row {
        words arguments;
        char const* says;
    };
    for (row const& one : {
             row{{"sned"}, "'sned' is not a command"},
             row{{"help", "sned"}, "'sned' is not a command"},
             row{{"send"}, "usage: polyport send"},
             row{{"chat"}, "usage: polyport chat"},
             row{{"send", "--no-such", "8000"}, "--no-such"},
             row{{"send", "127.0.0.1:99999", "x"}, "99999"},
             row{{"send", "http://127.0.0.1", "x"}, "tcp://HOST:PORT"},
             row{{"send", "unix:/" + std::string(200, 'x'), "x"}, "107"},
             row{{"send", "8000", "--timeout", "soon"}, "soon"},
             row{{"send", "8000", "--bind", "auto", "x"}, "--bind"},
             row{{"chat", "8000", "x"}, "one argument too many"},
         }) {
        auto const refused = polyport_run(one.arguments);
        BOOST_TEST(refused.status == 2, refused.err);
        BOOST_TEST(contains(refused.err, one.says), refused.err);
        BOOST_TEST(std::count(refused.err.begin(), refused.err.end(), '\n') == 1, refused.err);
        BOOST_TEST(refused.out == "");
    }
    auto const nothing = polyport_run({});
    BOOST_TEST(nothing.status == 2);
    BOOST_TEST(contains(nothing.err, "usage: polyport COMMAND"));
}

BOOST_AUTO_TEST_CASE(help_and_version_go_to_standard_output)
{
    for (words const& arguments : {words{"--help"}, words{"help"}, words{"-h"}, words{"help", "send"},
                                   words{"help", "chat"}, words{"send", "--help"}, words{"chat", "-h"}}) {
        auto const done = polyport_run(arguments);
        BOOST_TEST(done.status == 0);
        BOOST_TEST(contains(done.out, "usage: polyport "));
        BOOST_TEST(done.err == "");
    }
    BOOST_TEST(polyport_run({"--version"}).out.starts_with("polyport "));
}

BOOST_AUTO_TEST_CASE(a_path_of_its_own_is_seen_by_the_server_and_removed_at_every_end)
{
    temporary_directory const directory;
    std::string const own = directory / "own.sock";
    {
        four_services services;
        auto const streamed = polyport_run({"send", "--bind", own, services.stream_path, "abcd"});
        BOOST_TEST(streamed.status == 0, streamed.err);
        BOOST_TEST(streamed.out == "ABCD");
        auto const seen =
            services.server.log().wait_for([&](log_line const& line) { return contains(line.text, own); });
        BOOST_TEST(seen.has_value());
        BOOST_TEST(!std::filesystem::exists(own));

        launch_options options;
        options.environment = {"XDG_RUNTIME_DIR=" + directory.path().string()};
        for (std::string const& address : {services.stream_path, "unixgram:" + services.datagram_path})
            BOOST_TEST(polyport_run({"send", "--bind", "auto", address, "abcd"}, {}, options).out == "ABCD");
        BOOST_TEST(own_paths_in(directory.path()) == 0u);

        write_file(own, "mine");
        auto const taken = polyport_run({"send", "--bind", own, services.stream_path, "abcd"});
        BOOST_TEST(taken.status == 1);
        BOOST_TEST(contains(taken.err, "it exists already; remove it"), taken.err);
        BOOST_TEST(read_file(own) == "mine");
        std::filesystem::remove(own);
    }
    for (int const signal : {SIGINT, SIGTERM, SIGHUP}) {
        std::string const path = directory / ("mute-" + std::to_string(signal));
        unique_fd const mute = bind_unix(path, SOCK_DGRAM);
        child_process asking(client_with({"send", "--bind", own, "--timeout", "1h", "unixgram:" + path, "x"}),
                             {});
        BOOST_TEST(receive_datagram(mute) == "x");
        BOOST_TEST(std::filesystem::exists(own));
        asking.signal(signal);
        BOOST_TEST(asking.wait().value_or(-1) == 128 + signal);
        BOOST_TEST(!std::filesystem::exists(own));
    }
}

BOOST_AUTO_TEST_CASE(standard_streams_that_are_closed_or_full_end_it_with_a_status)
{
    four_services const services;
    auto output = make_pipe();
    output.read.reset();
    silent_input const input;
    launch_options unread;
    unread.descriptors = {{input.pipe.read.get(), STDIN_FILENO}, {output.write.get(), STDOUT_FILENO}};
    child_process nobody_reads(client_with({"chat", services.tcp}), unread);
    BOOST_TEST(nobody_reads.wait().value_or(-1) == 1);

    auto const full =
        run({"/bin/sh", "-c", "\"$0\" send \"$1\" abcd >/dev/full", client_program(), services.tcp});
    BOOST_TEST(full.status == 1);
    BOOST_TEST(contains(full.err, "standard output: no space left on device"), full.err);
    for (std::string const closed : {"<&-", ">&-"}) {
        auto const done =
            run({"/bin/sh", "-c", "\"$0\" send \"$1\" " + closed, client_program(), services.tcp}, "abcd");
        BOOST_TEST(done.status == 1);
        BOOST_TEST(contains(done.err, "bad file descriptor"), done.err);
    }
    auto const head =
        run({"/bin/sh", "-c", "yes | \"$0\" send \"$1\" | head -n 1", client_program(), services.tcp});
    BOOST_TEST(head.out == "Y\n");
    BOOST_TEST(head.err == "");
}

BOOST_AUTO_TEST_CASE(at_a_terminal_it_prompts_labels_and_ends_with_q)
{
    four_services const services;
    for (std::string const& address : {services.tcp, services.udp}) {
        terminal_session session(client_with({"chat", address}));
        BOOST_TEST(session.shows("> "));
        session.type("hello\n");
        BOOST_TEST(session.shows("Response from server:\r\nHELLO\r\n"), session.screen());
        BOOST_TEST(session.shows("> "), session.screen());
        session.type("again\n");
        BOOST_TEST(session.shows("Response from server:\r\nAGAIN\r\n"), session.screen());
        BOOST_TEST(session.shows("> "), session.screen());
        session.type("q\n");
        BOOST_TEST(session.finish() == 0, session.screen());
    }
}

BOOST_AUTO_TEST_CASE(at_a_terminal_the_key_for_the_end_of_input_ends_it)
{
    four_services const services;
    for (std::string const& address : {services.tcp, services.udp}) {
        terminal_session session(client_with({"chat", address}));
        BOOST_TEST(session.shows("> "));
        session.type("\x04");
        BOOST_TEST(session.finish() == 0, session.screen());
        BOOST_TEST(session.screen().ends_with("\r\n"), session.screen());
    }
}

BOOST_AUTO_TEST_CASE(at_a_terminal_a_server_that_closes_ends_it_while_the_keyboard_is_waited_for)
{
    unique_fd const listener = listen_tcp();
    terminal_session session(client_with({"chat", "127.0.0.1:" + std::to_string(local_port(listener))}));
    unique_fd accepted = accept_one(listener);
    BOOST_TEST(session.shows("> "));
    accepted.reset();
    BOOST_TEST(session.shows("\r\nthe other side has been closed.\r\n"), session.screen());
    BOOST_TEST(session.finish() == 1);
}

BOOST_AUTO_TEST_CASE(at_a_terminal_a_reply_is_labelled_and_ends_its_line)
{
    four_services const services;
    terminal_session session(client_with({"send", services.tcp, "abcd"}));
    BOOST_TEST(session.finish() == 0);
    BOOST_TEST(session.screen() == "Response from server:\r\nABCD\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
