// SPDX-License-Identifier: BSL-1.0
#include "client/send.hpp"

#include "client/command.hpp"
#include "client/datagram_exchange.hpp"
#include "client/dial.hpp"
#include "client/stream_talk.hpp"

#include <array>
#include <cerrno>

#include <unistd.h>

namespace polyport::client {
namespace {

outcome<> send_stream(talk_options const& options, printer& out)
{
    auto const link = connect_stream(options);
    if (!link)
        return link.error();
    source from = options.text ? source(*options.text) : source(STDIN_FILENO, source::unit::blocks);
    return stream_talk(link->socket.get(), name_of(options.to), from, out, talk_kind::send, options).run();
}

outcome<std::string> all_of_standard_input()
{
    std::string text;
    std::array<char, 64 * 1024> block;
    while (text.size() <= max_datagram) {
        ssize_t const got = ::read(STDIN_FILENO, block.data(), block.size());
        if (got == 0)
            return text;
        if (got > 0)
            text.append(block.data(), static_cast<std::size_t>(got));
        else if (errno == EAGAIN)
            wait_for(STDIN_FILENO, POLLIN, std::nullopt);
        else if (errno != EINTR)
            return failure{exit_status::failed, "standard input: " + cause(errno)};
    }
    return too_long_for_datagram("standard input");
}

outcome<> send_datagram(talk_options const& options, printer& out)
{
    auto const text = options.text ? outcome<std::string>(*options.text) : all_of_standard_input();
    if (!text)
        return text.error();
    if (text->size() > max_datagram)
        return too_long_for_datagram("the text");

    auto const peers = look_up(options.to);
    if (!peers)
        return peers.error();
    auto const answer = datagram_exchange(options, *peers).ask(*text);
    if (!answer)
        return answer.error();
    out.push(*answer);
    out.close_line();
    if (int const error = out.flush(); error != 0)
        return output_failure(error);
    return {};
}

} // namespace

exit_status run_send(std::span<std::string const> arguments)
{
    auto const options = parse_talk_options(talk_kind::send, arguments);
    if (!options)
        return misused("send", options.error().text);
    if (options->help)
        return print(send_help());

    printer out(STDOUT_FILENO, options->verbose || ::isatty(STDOUT_FILENO) == 1);
    auto const ended = options->to.is_datagram() ? send_datagram(*options, out) : send_stream(*options, out);
    return ended ? exit_status::done : report(ended.error());
}

std::string send_help()
{
    return usage_of(talk_kind::send) +
           "\n"
           "Sends the TEXT, its words joined by one blank and nothing added, or standard input if there is "
           "none.\n"
           "Then closes its sending side, and prints the reply to its end.\n\n" +
           options_help(talk_kind::send) +
           "\nExamples:\n"
           "  polyport send 8000 abcd                      ABCD, from a service that answers in upper case\n"
           "  polyport send --timeout 2s udp://[::1]:8000 abcd\n"
           "  polyport send unix:/run/polyport.sock <in >out\n"
           "  polyport send 8000 -- --text-with-dashes\n";
}

} // namespace polyport::client
