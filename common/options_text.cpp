// SPDX-License-Identifier: BSL-1.0
#include "common/options.hpp"

#include <algorithm>

namespace polyport {
namespace {

/// Appends `text` in lines of at most `width` columns, each after `prefix`. A word is never broken. The first
/// line goes on at column `used`.
void append_wrapped(std::string& out, std::string_view text, std::string_view prefix, std::size_t width,
                    std::size_t used = 0)
{
    bool at_start = true;
    if (used == 0) {
        out += prefix;
        used = prefix.size();
    }
    while (!text.empty()) {
        auto const space = text.find(' ');
        std::string_view const word = text.substr(0, space);
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
        if (!at_start && used + 1 + word.size() > width) {
            out += '\n';
            out += prefix;
            used = prefix.size();
            at_start = true;
        }
        if (!at_start) {
            out += ' ';
            ++used;
        }
        out += word;
        used += word.size();
        at_start = false;
    }
    out += '\n';
}

std::string joined(std::vector<std::string> const& texts)
{
    std::string all;
    for (std::string const& text : texts)
        all += (all.empty() ? "" : " ") + text;
    return all;
}

/// `at most N connections (1 to 1000000; default 10000)`
std::string described(option const& of, bool with_default)
{
    std::vector<std::string> facts;
    if (!of.binding.range.empty())
        facts.push_back(of.binding.range);
    if (with_default && !of.binding.defaults.empty())
        facts.push_back("default " + joined(of.binding.defaults));
    if (of.binding.repeatable)
        facts.emplace_back("may be repeated");
    if (facts.empty())
        return of.help;
    std::string text = of.help;
    bool const goes_on = text.ends_with(')'); // one pair of parentheses is enough
    if (goes_on)
        text.pop_back();
    for (std::size_t i = 0; i < facts.size(); ++i)
        text += (i == 0 && !goes_on ? " (" : "; ") + facts[i];
    return text + ")";
}

void append_option(std::string& out, std::string const& left, std::string const& right, std::size_t width)
{
    // In a narrow window the description goes below; beside long names it does, too.
    std::size_t const column = width < 64 ? 8 : 30;
    out += "  ";
    out += left;
    std::size_t const used = left.size() + 2;
    std::string const indent(column, ' ');
    if (used + 2 > column || width < 64) {
        out += '\n';
        append_wrapped(out, right, indent, width);
    } else {
        out.append(column - used, ' ');
        append_wrapped(out, right, indent, width, column);
    }
}

/// The value as it must stand in the file.
std::string file_value(std::string const& value)
{
    bool const plain = !value.empty() && value.front() != '"' && value.front() != '#' &&
                       value.front() != ' ' && value.back() != ' ' && value.find(" #") == std::string::npos;
    if (plain)
        return value;
    std::string text = "\"";
    for (char const c : value) {
        if (c == '"' || c == '\\')
            text += '\\';
        text += c;
    }
    return text + '"';
}

std::string sentence(std::string text)
{
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text + ".";
}

} // namespace

std::string option_set::help_text(std::size_t width) const
{
    width = std::max<std::size_t>(width, 40);
    std::string out = "General\n";
    append_option(out, "--config FILE",
                  "read options from FILE, one name = value a line; the command line wins", width);
    append_option(out, "--check", "check the options and the file, start nothing", width);
    append_option(out, "--explain QUESTION",
                  "check, and tell which access rule decides, such as for 'http /private/x 192.0.2.7'",
                  width);
    append_option(out, "--help", "show this text", width);
    append_option(out, "--version", "show the version", width);
    for (group_info const& group : groups_) {
        auto const in_group = [&](option const& o) { return o.group == group.title; };
        if (std::none_of(options_.begin(), options_.end(), in_group))
            continue;
        out += "\n" + group.title + "\n";
        if (!group.note.empty())
            append_wrapped(out, group.note, "  ", width);
        for (option const& declared : options_)
            if (in_group(declared))
                append_option(out, "--" + declared.name + " " + declared.metavar, described(declared, true),
                              width);
    }
    return out;
}

std::string option_set::default_config() const
{
    constexpr std::size_t width = 80;
    std::string out;
    append_wrapped(out,
                   "Every option of polyportd at its default, commented out. Remove the # before a name to "
                   "change it, and start the daemon with --config FILE; --check tells whether all is right.",
                   "# ", width);
    append_wrapped(
        out,
        "A line is name = value. A # at the start of a line or after a blank begins a comment. A "
        "value in double quotes keeps its blanks and #. Durations take ms, s, m, h; sizes k, m, g. "
        "An option of the command line wins over the same one here.",
        "# ", width);
    for (group_info const& group : groups_) {
        auto const in_group = [&](option const& o) { return o.group == group.title; };
        if (std::none_of(options_.begin(), options_.end(), in_group))
            continue;
        out += "\n# ---- " + group.title + " ----\n";
        if (!group.note.empty())
            append_wrapped(out, group.note, "# ", width);
        for (option const& declared : options_) {
            if (!in_group(declared))
                continue;
            out += '\n';
            append_wrapped(out, sentence(described(declared, false)), "# ", width);
            std::vector<std::string> values = declared.binding.defaults;
            if (values.empty()) {
                out += "# No default; for example:\n";
                values = {declared.example.empty() ? declared.metavar : declared.example};
            }
            for (std::string const& value : values)
                out += "#" + declared.name + " = " + file_value(value) + "\n";
        }
    }
    return out;
}

} // namespace polyport
