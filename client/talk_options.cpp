// SPDX-License-Identifier: BSL-1.0
#include "client/talk_options.hpp"

#include "common/option_values.hpp"
#include "common/quoted.hpp"

#include <boost/program_options.hpp>

#include <sstream>

namespace polyport::client {
namespace {

namespace po = boost::program_options;

constexpr unsigned most_retries = 1000;

struct raw_values {
    std::vector<std::string> words;
    std::string timeout;
    std::string retries;
    std::string bind;
};

po::options_description described(raw_values& raw, talk_options& made)
{
    po::options_description options("Options", 90, 50);
    // clang-format off
    options.add_options()
        ("timeout,t", po::value(&raw.timeout)->value_name("TIME"),
            "stream: longest time to connect (10s unless given) and to wait without progress (for ever unless given); "
            "datagram: to wait for the answer to each try (1s unless given). Units: ms, s, m, h")
        ("retries,r", po::value(&raw.retries)->value_name("N"),
            "datagram: how often to ask again when no answer comes (3 unless given)")
        ("bind,b", po::value(&raw.bind)->value_name("PATH"),
            "UNIX: the path of this end; 'auto' makes one up with the process number in it, as datagrams always do. "
            "Removed at the end")
        ("verbose,v", po::bool_switch(&made.verbose),
            "tell what is going on, and print the label that a terminal shows")
        ("help,h", po::bool_switch(&made.help), "print this help");
    // clang-format on
    return options;
}

problem in_option(std::string const& name, problem const& what)
{
    return problem{"--" + name + ": " + what.text};
}

checked<void> apply(raw_values const& raw, po::variables_map const& given, talk_options& made)
{
    if (given.count("timeout")) {
        auto const value = parse_duration(raw.timeout);
        if (!value)
            return in_option("timeout", value.error());
        if (*value <= milliseconds{0})
            return in_option("timeout", problem{"must be longer than nothing, such as 500ms or 10s"});
        made.timeout = *value;
    }
    if (given.count("retries")) {
        auto const value = parse_number<unsigned>(raw.retries, 0, most_retries);
        if (!value)
            return in_option("retries", value.error());
        made.retries = *value;
    }
    if (given.count("bind")) {
        made.bind.emplace();
        if (raw.bind != "auto") {
            auto const value = parse_destination("unix:" + raw.bind);
            if (!value)
                return in_option("bind", value.error());
            made.bind->path = value->endpoint;
        }
    }
    return {};
}

/// Program options explains what was wrong; how to go on is ours to say.
problem explained(po::error const& what)
{
    std::string text = what.what();
    if (dynamic_cast<po::unknown_option const*>(&what))
        text += "; a TEXT that begins with a dash goes behind '--'";
    return problem{text};
}

} // namespace

std::string joined(std::span<std::string const> words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i ? " " : "") + words[i];
    return text;
}

checked<talk_options> parse_talk_options(talk_kind kind, std::span<std::string const> arguments)
{
    raw_values raw;
    talk_options made;
    po::options_description all = described(raw, made);
    all.add_options()("word", po::value(&raw.words));
    po::positional_options_description positional;
    positional.add("word", -1);

    po::variables_map given;
    try {
        // Guessed abbreviations would change their meaning when an option joins.
        int const style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        std::vector<std::string> const list(arguments.begin(), arguments.end());
        po::store(po::command_line_parser(list).options(all).positional(positional).style(style).run(),
                  given);
        po::notify(given);
    } catch (po::error const& what) {
        return explained(what);
    }
    if (made.help)
        return made;

    if (raw.words.empty())
        return problem{"ADDR is missing; " + usage_of(kind)};
    auto to = parse_destination(raw.words.front());
    if (!to)
        return to.error();
    made.to = std::move(*to);

    if (auto const applied = apply(raw, given, made); !applied)
        return applied.error();
    if (made.bind && !made.to.endpoint.is_unix())
        return problem{"--bind names a UNIX path, which " + quoted(raw.words.front()) +
                       " does not have; leave it out"};

    std::span<std::string const> const words = std::span(raw.words).subspan(1);
    if (kind == talk_kind::send && !words.empty())
        made.text = joined(words);
    if (kind == talk_kind::chat && !words.empty())
        return problem{quoted(words.front()) +
                       " is one argument too many: chat takes its lines from standard "
                       "input; 'polyport send ADDR TEXT' sends arguments"};
    return made;
}

std::string usage_of(talk_kind kind)
{
    return kind == talk_kind::send ? "usage: polyport send [OPTION]... ADDR [TEXT]..."
                                   : "usage: polyport chat [OPTION]... ADDR";
}

std::string options_help(talk_kind kind)
{
    raw_values raw;
    talk_options made;
    std::ostringstream text;
    text << "ADDR is where to go:\n"
            "  tcp://HOST:PORT   or HOST:PORT, or PORT on 127.0.0.1\n"
            "  udp://HOST:PORT\n"
            "  unix:PATH         or /PATH, ./PATH; @NAME is abstract\n"
            "  unixgram:PATH     UNIX datagrams\n\n"
         << described(raw, made) << '\n';
    text << (kind == talk_kind::send
                 ? "Exit status: 0 answered, 1 failed, 2 used wrongly, 3 timed out.\n"
                 : "Exit status: 0 ended by you, 1 failed or closed by the other side, 2 used "
                   "wrongly, 3 timed out.\n");
    return text.str();
}

} // namespace polyport::client
