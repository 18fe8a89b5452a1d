// SPDX-License-Identifier: BSL-1.0
#include "common/options.hpp"

#include "common/command_line.hpp"
#include "common/config_file.hpp"
#include "common/config_text.hpp"
#include "common/quoted.hpp"
#include "common/suggestion.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

namespace polyport {
namespace {

/// Options that every set has and no file can hold.
std::vector<std::string> const& flag_names()
{
    static std::vector<std::string> const names{"check", "help", "version"};
    return names;
}
constexpr std::string_view config_name = "config";
constexpr std::string_view explain_name = "explain";

bool is_command_line_only(std::string_view name)
{
    auto const& flags = flag_names();
    return name == config_name || name == explain_name ||
           std::find(flags.begin(), flags.end(), name) != flags.end();
}

bool same_letters(std::string_view a, std::string_view b) noexcept
{
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

/// As options are written: lower case and dashes.
bool is_command_line_name(std::string_view name)
{
    return std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

/// One value on its way to its option.
struct assignment {
    option* target;
    std::string shown_name; // as it was written: --name, name, Port
    std::string value;
    std::string origin;
    std::size_t line; // of the file; 0 on the command line
};

/// The sentences of one source, each with its line, as several steps find them.
using findings = std::vector<std::pair<std::size_t, std::string>>;

/// `command line: --backlog: 'x' is not a number: ...`
void add_finding(findings& found, assignment const& from, std::string const& what)
{
    found.emplace_back(from.line, from.origin + ": " + from.shown_name + what);
}

void report(findings& found, std::vector<std::string>& problems)
{
    std::stable_sort(found.begin(), found.end(),
                     [](auto const& a, auto const& b) { return a.first < b.first; });
    for (auto& [line, sentence] : found)
        problems.push_back(std::move(sentence));
}

/// Hands the values of one source to their options, and keeps those that were taken in `settings`. `kept`:
/// the options that have values of another source, for those that add up.
void apply_all(std::vector<assignment> const& assignments, std::vector<option_setting>& settings,
               findings& found, std::set<std::string, std::less<>> const& kept = {})
{
    std::map<option const*, assignment const*> first;
    for (assignment const& given : assignments) {
        option const& target = *given.target;
        auto const [earlier, is_first] = first.emplace(&target, &given);
        if (!is_first && !target.binding.repeatable) {
            assignment const& other = *earlier->second;
            std::string const where = other.origin == given.origin ? "" : ", first at " + other.origin;
            add_finding(found, given, " is given twice" + where + ": give it once");
            continue;
        }
        if (is_first && target.binding.reset && !(target.binding.adds_up && kept.contains(target.name)))
            target.binding.reset();
        checked<void> const done = target.binding.apply({given.value, given.origin});
        if (done)
            settings.push_back({target.name, target.secret ? std::string() : given.value, given.origin});
        else
            add_finding(found, given, target.secret ? ": the value is not valid" : ": " + done.error().text);
    }
}

std::string unknown_option(std::string_view dashes, std::string const& name,
                           std::vector<std::string> const& candidates)
{
    std::string text = "unknown option " + quoted(std::string(dashes) + name);
    std::string_view const meant = nearest(name, candidates);
    if (meant.empty())
        return text + ": --help lists all options";
    return text + ": did you mean '" + std::string(dashes) + std::string(meant) + "'?";
}

/// The option that a line of the file names, by its own name or by another.
std::pair<option*, option_alias const*> find_in_file(std::deque<option>& options, std::string_view name)
{
    for (option& candidate : options)
        if (candidate.name == name)
            return {&candidate, nullptr};
    for (option& candidate : options)
        for (option_alias const& alias : candidate.aliases)
            if (same_letters(alias.name, name))
                return {&candidate, &alias};
    return {nullptr, nullptr};
}

/// The assignments of the file's lines.
std::vector<assignment> read_file(std::string const& path, std::deque<option>& options,
                                  std::vector<std::string> const& names, findings& found)
{
    checked<std::string> const text = read_config_file(path);
    if (!text) {
        found.emplace_back(0, "command line: --config: " + text.error().text);
        return {};
    }
    std::string const file = escaped(path);
    auto const at = [&](std::size_t line) { return line == 0 ? file : file + ":" + std::to_string(line); };
    config_contents contents = parse_config_text(*text);
    for (config_problem const& bad : contents.problems)
        found.emplace_back(bad.line, at(bad.line) + ": " + bad.text);

    std::vector<assignment> made;
    for (config_entry& entry : contents.entries) {
        assignment read{nullptr, entry.name, std::move(entry.value), at(entry.line), entry.line};
        auto const [target, alias] = find_in_file(options, entry.name);
        if (is_command_line_only(entry.name)) {
            add_finding(found, read, " is for the command line only: remove the line");
            continue;
        }
        if (target == nullptr) {
            found.emplace_back(entry.line, read.origin + ": " + unknown_option("", entry.name, names));
            continue;
        }
        if (alias != nullptr && alias->convert) {
            checked<std::string> converted = alias->convert(read.value);
            if (!converted) {
                add_finding(found, read, ": " + converted.error().text);
                continue;
            }
            read.value = std::move(*converted);
        }
        read.target = target;
        made.push_back(std::move(read));
    }
    return made;
}

} // namespace

void option_set::group(std::string title, std::string note)
{
    auto const known =
        std::find_if(groups_.begin(), groups_.end(), [&](group_info const& g) { return g.title == title; });
    current_group_ = title;
    if (known == groups_.end())
        groups_.push_back({std::move(title), std::move(note)});
    else if (!note.empty())
        known->note = std::move(note);
}

option& option_set::add(std::string name, std::string metavar, std::string help, option_binding binding)
{
    if (find(name) != nullptr || is_command_line_only(name))
        throw std::logic_error("two options are called --" + name +
                               ", or an option and a service; give yours another name");
    if (groups_.empty())
        group("Options");
    option made;
    made.name = std::move(name);
    made.metavar = std::move(metavar);
    made.help = std::move(help);
    made.binding = std::move(binding);
    made.group = current_group_;
    return options_.emplace_back(std::move(made));
}

void option_set::add_check(std::function<checked<void>()> check)
{
    checks_.push_back(std::move(check));
}

option* option_set::find(std::string_view name) noexcept
{
    auto const found =
        std::find_if(options_.begin(), options_.end(), [&](option const& o) { return o.name == name; });
    return found == options_.end() ? nullptr : &*found;
}

std::vector<option_in_force> option_set::in_force(parsed_options const& given) const
{
    std::vector<option_in_force> all;
    for (option const& declared : options_) {
        option_in_force one{declared.name, {}, "default", declared.secret};
        for (option_setting const& setting : given.settings) {
            if (setting.name != declared.name)
                continue;
            one.origin = setting.origin;
            if (!declared.secret)
                one.values.push_back(setting.value);
        }
        if (one.origin == "default" && !declared.secret)
            one.values = declared.binding.defaults;
        all.push_back(std::move(one));
    }
    return all;
}

parsed_options option_set::parse(int argc, char const* const* argv)
{
    parsed_options made;
    std::vector<std::string> names;
    std::transform(options_.begin(), options_.end(), std::back_inserter(names),
                   [](option const& declared) { return declared.name; });
    std::vector<std::string> with_value = names;
    with_value.emplace_back(config_name);
    with_value.emplace_back(explain_name);
    for (option const& declared : options_)
        for (option_alias const& alias : declared.aliases)
            if (is_command_line_name(alias.name))
                with_value.push_back(alias.name);
    command_line const line = read_command_line(argc, argv, with_value, flag_names());

    std::vector<std::string> problems;
    std::transform(line.problems.begin(), line.problems.end(), std::back_inserter(problems),
                   [](std::string const& what) { return "command line: " + what; });
    std::vector<std::string> all = with_value;
    all.insert(all.end(), flag_names().begin(), flag_names().end());
    for (std::string const& name : line.unknown)
        problems.push_back("command line: " + unknown_option("--", name, all));

    std::vector<assignment> from_command_line;
    bool config_given = false;
    for (command_line_option const& given : line.options) {
        if (option* const target = find(given.name); target != nullptr) {
            from_command_line.push_back(
                {target, "--" + given.name, given.value, std::string(command_line_origin), 0});
        } else if (given.name == explain_name) {
            made.questions.push_back(given.value);
        } else if (auto const [meant, alias] = find_in_file(options_, given.name); meant != nullptr) {
            checked<std::string> const converted =
                alias->convert ? alias->convert(given.value)
                               : checked<std::string>(boost::system::in_place_value, given.value);
            if (converted)
                from_command_line.push_back(
                    {meant, "--" + given.name, *converted, std::string(command_line_origin), 0});
            else
                problems.push_back("command line: --" + given.name + ": " + converted.error().text);
        } else if (given.name == config_name) {
            if (std::exchange(config_given, true))
                problems.emplace_back("command line: --config is given twice: give it once");
            else
                made.config_file = given.value;
        }
        made.help = made.help || given.name == "help";
        made.version = made.version || given.name == "version";
        made.check = made.check || given.name == "check";
    }

    std::vector<option_setting> from_file;
    if (config_given) {
        findings found;
        apply_all(read_file(made.config_file, options_, names, found), from_file, found);
        report(found, made.problems);
    }
    made.problems.insert(made.problems.end(), problems.begin(), problems.end());

    std::set<std::string, std::less<>> in_file;
    for (option_setting const& setting : from_file)
        in_file.insert(setting.name);
    std::vector<option_setting> settings;
    findings found;
    apply_all(from_command_line, settings, found, in_file);
    report(found, made.problems);
    std::set<std::string, std::less<>> overridden;
    for (option_setting const& setting : settings)
        if (in_file.contains(setting.name) && !find(setting.name)->binding.adds_up)
            overridden.insert(setting.name);
    auto const take_from_file = [&](bool adds_up) {
        std::copy_if(from_file.begin(), from_file.end(), std::back_inserter(made.settings),
                     [&](option_setting const& setting) {
                         return !overridden.contains(setting.name) &&
                                find(setting.name)->binding.adds_up == adds_up;
                     });
    };
    take_from_file(false);
    made.settings.insert(made.settings.end(), settings.begin(), settings.end());
    take_from_file(true);

    if (made.problems.empty())
        for (auto const& check : checks_)
            if (checked<void> const done = check(); !done)
                made.problems.push_back(done.error().text);
    return made;
}

} // namespace polyport
