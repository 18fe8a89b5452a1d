// SPDX-License-Identifier: BSL-1.0
#include "common/config_text.hpp"

#include "common/error.hpp"
#include "common/quoted.hpp"

#include <algorithm>
#include <utility>

namespace polyport {
namespace {

bool is_blank(char c) noexcept
{
    return c == ' ' || c == '\t';
}

std::string_view trim(std::string_view text) noexcept
{
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool is_name(std::string_view text) noexcept
{
    return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

/// Empty if every byte may stand in a line.
std::string bad_byte(std::string_view line)
{
    for (std::size_t at = 0; at < line.size();) {
        auto const byte = static_cast<unsigned char>(line[at]);
        std::string const where = " in column " + std::to_string(at + 1);
        if (byte == 0)
            return "there is a NUL byte" + where + ": this is not a text file";
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
            return "there is a control character " + quoted(line.substr(at, 1)) + where + ": remove it";
        std::size_t const length = utf8_length(line.substr(at));
        if (length == 0)
            return "the byte " + quoted(line.substr(at, 1)) + where + " is not UTF-8: save the file as UTF-8";
        at += length;
    }
    return {};
}

/// `line` up to its comment: a # at its start or after a blank.
std::string_view without_comment(std::string_view line) noexcept
{
    for (std::size_t at = 0; at < line.size(); ++at)
        if (line[at] == '#' && (at == 0 || is_blank(line[at - 1])))
            return line.substr(0, at);
    return line;
}

/// `text` begins with a double quote.
checked<std::string> quoted_value(std::string_view text)
{
    std::string value;
    for (std::size_t at = 1; at < text.size(); ++at) {
        char const c = text[at];
        if (c == '"') {
            std::string_view const rest = text.substr(at + 1);
            // A # needs a blank before it here, too.
            if (!trim(without_comment(rest)).empty() || rest.starts_with('#'))
                return problem{"after the closing quote comes " + quoted(rest) +
                               ": put the quotes around the whole value"};
            return {boost::system::in_place_value, std::move(value)};
        }
        if (c != '\\') {
            value += c;
            continue;
        }
        char const next = ++at < text.size() ? text[at] : '\0';
        if (next != '"' && next != '\\')
            return problem{"a backslash in a quoted value stands before a quote or a backslash: write \\\\ "
                           "for one backslash"};
        value += next;
    }
    return problem{"the quote is not closed: put a \" at the end of the value"};
}

/// `text` begins with the =, so that a # right behind it is not at the start.
checked<std::string> parse_value(std::string_view name, std::string_view text)
{
    if (std::string_view const start = trim(text.substr(1)); start.starts_with('"'))
        return quoted_value(start);
    std::string_view const value = trim(without_comment(text).substr(1));
    if (value.empty())
        return problem{"there is no value after " + quoted(std::string(name) + " =") +
                       ": add one, or write \"\" for an empty one"};
    return {boost::system::in_place_value, value};
}

problem bad_name(std::string_view name, std::string_view value)
{
    if (name.empty())
        return problem{"there is no name before the =: write name = value"};
    if (name.starts_with("--"))
        return problem{"write the name without dashes before it: " +
                       quoted(std::string(name.substr(2)) + " = " + std::string(trim(value)))};
    return problem{quoted(name) + " is not a name of an option: those have letters, digits and dashes only"};
}

/// Adds the line's entry to `entries` if it has one.
checked<void> parse_line(std::string_view line, std::size_t number, std::vector<config_entry>& entries)
{
    if (line.size() > max_config_line)
        return problem{"the line is " + std::to_string(line.size()) + " bytes long, more than " +
                       std::to_string(max_config_line)};
    if (std::string bad = bad_byte(line); !bad.empty())
        return problem{std::move(bad)};
    if (trim(without_comment(line)).empty())
        return {};
    auto const equals = line.find('=');
    // An = within a comment is none: `listen 80 # = web`.
    if (equals == std::string_view::npos || without_comment(line).size() < equals) {
        std::string_view const text = trim(without_comment(line));
        if (text.starts_with('[') && text.ends_with(']'))
            return problem{quoted(text) + ": there are no sections in this file: remove the line"};
        return problem{"there is no = in " + quoted(text) + ": write name = value"};
    }
    std::string_view const name = trim(line.substr(0, equals));
    if (!is_name(name))
        return bad_name(name, without_comment(line).substr(equals + 1));
    checked<std::string> value = parse_value(name, line.substr(equals));
    if (!value)
        return value.error();
    entries.push_back({std::string(name), std::move(*value), number});
    return {};
}

} // namespace

config_contents parse_config_text(std::string_view text)
{
    config_contents made;
    if (text.size() > max_config_size) {
        made.problems.push_back({0, "the file is larger than " + std::to_string(max_config_size) + " bytes"});
        return made;
    }
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto const end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        checked<void> const done = parse_line(line, number, made.entries);
        if (done)
            continue;
        if (made.problems.size() == max_config_problems) {
            made.problems.push_back({number, "there are more problems; the rest of the file was not read"});
            break;
        }
        made.problems.push_back({number, done.error().text});
    }
    return made;
}

} // namespace polyport
