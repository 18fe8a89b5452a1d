// SPDX-License-Identifier: BSL-1.0
#include "common/command_line.hpp"

#include "common/quoted.hpp"

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <string_view>

namespace polyport {
namespace {

namespace po = boost::program_options;

bool contains(std::vector<std::string> const& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string no_value(std::string const& option, bool option_follows)
{
    std::string text = option + " has no value: write " + option + " VALUE";
    if (option_follows)
        text += ", or " + option + "=VALUE where the value begins with dashes";
    return text;
}

/// Boost.ProgramOptions throws at the first `--flag=x`, `--name=` and `--name` without a value, and tells
/// nothing of the rest. Here those are reported, or brought to a form that it takes, before it sees them.
std::vector<std::string> prepare(int argc, char const* const* argv, std::vector<std::string> const& names,
                                 std::vector<std::string> const& flags, std::vector<std::string>& problems)
{
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) {
        std::string_view const word = argv[i];
        auto const equals = word.find('=');
        if (word == "-h") { // as all programs have it
            words.emplace_back("--help");
            continue;
        }
        if (!word.starts_with("--") || word.size() == 2) {
            words.emplace_back(word);
            if (word == "--") { // all that follows is taken as arguments, which are then refused
                words.insert(words.end(), argv + i + 1, argv + argc);
                break;
            }
            continue;
        }
        std::string const name(word.substr(2, equals == std::string_view::npos ? equals : equals - 2));
        bool const with_value = equals != std::string_view::npos;
        if (contains(flags, name) && with_value) {
            problems.push_back("--" + name + " takes no value: remove " + quoted(word.substr(equals)));
        } else if (contains(names, name) && with_value && equals + 1 == word.size()) {
            words.push_back("--" + name);
            words.emplace_back();
        } else if (contains(names, name) && !with_value) {
            std::string_view const next = i + 1 < argc ? argv[i + 1] : "";
            if (i + 1 < argc && !next.starts_with("--")) {
                words.emplace_back(word);
                words.emplace_back(next);
                ++i;
            } else {
                problems.push_back(no_value("--" + name, i + 1 < argc));
            }
        } else {
            words.emplace_back(word);
        }
    }
    return words;
}

std::string unexpected(std::string const& word)
{
    std::string text = "unexpected argument " + quoted(word);
    if (word == "-v" || word == "-V")
        return text + ": did you mean --version?";
    if (word.size() > 1 && word.front() == '-')
        return text + ": options begin with two dashes";
    return text + ": write options as --name VALUE";
}

} // namespace

command_line read_command_line(int argc, char const* const* argv, std::vector<std::string> const& names,
                               std::vector<std::string> const& flags)
{
    command_line made;
    std::vector<std::string> const words = prepare(argc, argv, names, flags, made.problems);

    po::options_description table;
    for (std::string const& name : names)
        table.add_options()(name.c_str(), po::value<std::string>());
    for (std::string const& name : flags)
        table.add_options()(name.c_str(), "");

    namespace style = po::command_line_style;
    try {
        auto const parsed =
            po::command_line_parser(words)
                .options(table)
                .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                .allow_unregistered()
                .run();
        bool value_of_unknown = false; // `--no-such x`: one complaint is enough
        for (auto const& option : parsed.options) {
            if (option.position_key >= 0) {
                if (!value_of_unknown)
                    made.problems.push_back(unexpected(option.value.empty() ? "" : option.value.front()));
                value_of_unknown = false;
            } else if (option.unregistered) {
                made.unknown.push_back(option.string_key);
                value_of_unknown = option.value.empty();
            } else {
                made.options.push_back({option.string_key, option.value.empty() ? "" : option.value.front()});
                value_of_unknown = false;
            }
        }
    } catch (po::error const& error) {
        made.problems.push_back(escaped(error.what()));
    }
    return made;
}

} // namespace polyport
