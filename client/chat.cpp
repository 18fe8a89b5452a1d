// SPDX-License-Identifier: BSL-1.0
#include "client/chat.hpp"

#include "client/command.hpp"
#include "client/datagram_chat.hpp"
#include "client/dial.hpp"
#include "client/stream_talk.hpp"

#include <unistd.h>

namespace polyport::client {
namespace {

outcome<> chat_stream(talk_options const& options, printer& out)
{
    auto const link = connect_stream(options);
    if (!link)
        return link.error();
    source from(STDIN_FILENO, source::unit::lines);
    return stream_talk(link->socket.get(), name_of(options.to), from, out, talk_kind::chat, options).run();
}

} // namespace

exit_status run_chat(std::span<std::string const> arguments)
{
    auto const options = parse_talk_options(talk_kind::chat, arguments);
    if (!options)
        return misused("chat", options.error().text);
    if (options->help)
        return print(chat_help());

    printer out(STDOUT_FILENO, options->verbose || ::isatty(STDOUT_FILENO) == 1);
    auto const ended = options->to.is_datagram() ? chat_datagram(*options, out) : chat_stream(*options, out);
    return ended ? exit_status::done : report(ended.error());
}

std::string chat_help()
{
    return usage_of(talk_kind::chat) +
           "\n"
           "Sends each line of standard input, and prints the replies as they come. 'q', 'exit' or the end "
           "of the\n"
           "input ends it; so does the other side. Over datagrams each line is one, without its line "
           "end.\n\n" +
           options_help(talk_kind::chat) +
           "\nExamples:\n"
           "  polyport chat 8000\n"
           "  polyport chat udp://localhost:8000\n"
           "  printf 'one\\ntwo\\n' | polyport chat /run/polyport.sock\n";
}

} // namespace polyport::client
