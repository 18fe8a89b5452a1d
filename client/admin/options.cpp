// SPDX-License-Identifier: BSL-1.0
#include "client/admin/options.hpp"

#include "common/option_values.hpp"
#include "common/quoted.hpp"

#include <boost/program_options.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace polyport::client {
namespace {

namespace po = boost::program_options;

struct raw_values {
    std::string admin;
    std::string token_file;
    std::string timeout;
    std::vector<std::string> words;
};

po::options_description described(raw_values& raw, admin_options& made)
{
    po::options_description options("Options of every command that asks the daemon", 90, 50);
    // clang-format off
    options.add_options()
        ("admin,a", po::value(&raw.admin)->value_name("ADDR"),
            "the daemon's control interface: /PATH, ./PATH, @NAME, PORT or HOST:PORT (POLYPORT_ADMIN unless given, or "
            "/run/polyport/admin.sock)")
        ("token-file", po::value(&raw.token_file)->value_name("FILE"),
            "read the token that the daemon asks for from the first line of FILE (POLYPORT_TOKEN_FILE unless given)")
        ("json,j", po::bool_switch(&made.json), "print what the daemon says, as JSON")
        ("timeout,t", po::value(&raw.timeout)->value_name("TIME"),
            "longest time to connect and to wait for an answer (10s unless given). Units: ms, s, m, h")
        ("help,h", po::bool_switch(&made.help), "print this help");
    // clang-format on
    return options;
}

std::string from_environment(char const* name, std::string_view otherwise)
{
    char const* const value = std::getenv(name);
    return value && *value ? value : std::string(otherwise);
}

checked<std::string> read_token(std::string const& path)
{
    std::ifstream file(path);
    std::string token;
    if (!file || !std::getline(file, token))
        return problem{"--token-file: " + quoted(path) + " cannot be read: " + std::strerror(errno)};
    if (token.starts_with("read "))
        token.erase(0, 5);
    while (!token.empty() && (token.back() == '\r' || token.back() == ' '))
        token.pop_back();
    if (token.empty() || token.find_first_of("\r\n\t ") != std::string::npos)
        return problem{"--token-file: the first line of " + quoted(path) + " is no token"};
    return {boost::system::in_place_value, std::move(token)};
}

checked<void> apply(raw_values const& raw, admin_options& made)
{
    std::string const address =
        raw.admin.empty() ? from_environment("POLYPORT_ADMIN", usual_admin_path) : raw.admin;
    auto to = parse_destination(address);
    if (!to)
        return problem{"--admin: " + to.error().text};
    if (to->is_datagram())
        return problem{"--admin: " + quoted(address) +
                       " is for datagrams; the control interface is a stream"};
    made.to = std::move(*to);
    if (!raw.timeout.empty()) {
        auto const value = parse_duration(raw.timeout);
        if (!value || *value <= milliseconds{0})
            return problem{"--timeout: " + (value ? "must be longer than nothing, such as 500ms or 10s"
                                                  : value.error().text)};
        made.timeout = *value;
    }
    auto const token_file =
        raw.token_file.empty() ? from_environment("POLYPORT_TOKEN_FILE", "") : raw.token_file;
    if (token_file.empty())
        return {};
    auto token = read_token(token_file);
    if (!token)
        return token.error();
    made.token = std::move(*token);
    return {};
}

} // namespace

checked<admin_options> parse_admin_options(admin_usage const& usage, std::span<std::string const> arguments)
{
    raw_values raw;
    admin_options made;
    po::options_description all = described(raw, made);
    all.add(usage.own);
    all.add_options()("word", po::value(&raw.words));
    po::positional_options_description positional;
    positional.add("word", -1);
    try {
        int const style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        std::vector<std::string> const list(arguments.begin(), arguments.end());
        po::store(po::command_line_parser(list).options(all).positional(positional).style(style).run(),
                  made.given);
        po::notify(made.given);
    } catch (po::error const& what) {
        return problem{what.what()};
    }
    made.words = std::move(raw.words);
    if (made.help)
        return made;
    if (auto const applied = apply(raw, made); !applied)
        return applied.error();
    return made;
}

std::string help_of(admin_usage const& usage)
{
    raw_values raw;
    admin_options made;
    std::ostringstream text;
    text << "usage: polyport " << usage.name << " [OPTION]..." << (usage.synopsis.empty() ? "" : " ")
         << usage.synopsis << "\n\n"
         << usage.text << "\n\n";
    if (!usage.own.options().empty())
        text << usage.own << '\n';
    text << described(raw, made) << '\n';
    if (!usage.examples.empty())
        text << "Examples:\n" << usage.examples << '\n';
    text << "Exit status: 0 done, 1 failed, 2 used wrongly, 3 timed out.\n";
    return text.str();
}

} // namespace polyport::client
