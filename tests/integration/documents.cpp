// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/documents.hpp"

#include <boost/algorithm/string/replace.hpp>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace polyport::integration {
namespace {

namespace fs = std::filesystem;

std::string content_of(fs::path const& file)
{
    std::ifstream from(file);
    if (!from)
        throw std::runtime_error("cannot read " + file.string());
    std::stringstream text;
    text << from.rdbuf();
    return text.str();
}

std::string place_in(fs::path const& document, std::size_t line)
{
    return document.filename().string() + ":" + std::to_string(line);
}

bool is_ours(std::string const& command)
{
    static std::regex const form(
        R"((([A-Z_]+=\S+ )*polyportd?|curl|(build/release/bin|scripts)/\S+) [\s\S]*|)"
        R"(scripts/\S+\.sh)");
    return std::regex_match(command, form);
}

std::string without_comment(std::string const& command)
{
    static std::regex const comment(R"(\s+# .*)");
    return std::regex_replace(command, comment, "");
}

/// The document without its blocks of code, with empty lines in their place; `indented` gets the lines that
/// four blanks make code.
std::string prose(fs::path const& document, std::vector<shown_command>& indented)
{
    std::istringstream lines(content_of(document));
    std::string text;
    bool inside = false;
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        bool const fence = line.starts_with("```");
        if (fence)
            inside = !inside;
        else if (!inside && line.starts_with("    "))
            indented.push_back({place_in(document, number), line.substr(4), {}});
        else if (!inside)
            text += line;
        text += '\n';
    }
    return text;
}

std::vector<shown_command> commands_of_manual(fs::path const& page)
{
    static std::regex const form(R"((\.Dl )?[$#] (.*))");
    std::vector<shown_command> found;
    std::istringstream lines(content_of(page));
    std::size_t number = 0;
    std::smatch parts;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (!std::regex_match(line, parts, form))
            continue;
        std::string command = parts[2];
        boost::algorithm::replace_all(command, "\\e", "\\");
        found.push_back({place_in(page, number), command, {}});
    }
    return found;
}

} // namespace

fs::path source_tree()
{
    return POLYPORT_SOURCE_DIR;
}

std::vector<fs::path> guides()
{
    std::vector<fs::path> all{source_tree() / "README.md"};
    for (auto const& entry : fs::directory_iterator(source_tree() / "docs"))
        if (entry.path().extension() == ".md" && entry.path().filename() != "extending.md")
            all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<fs::path> manual_pages()
{
    return {source_tree() / "docs/polyport.1", source_tree() / "docs/polyportd.8"};
}

std::vector<shown_block> code_blocks(fs::path const& document)
{
    std::vector<shown_block> found;
    std::istringstream lines(content_of(document));
    bool inside = false;
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.starts_with("```")) {
            inside = !inside;
            if (inside)
                found.push_back({place_in(document, number + 1), line.substr(3), {}});
        } else if (inside) {
            found.back().text += line + "\n";
        }
    }
    return found;
}

std::vector<shown_command> console_commands(fs::path const& document)
{
    std::vector<shown_command> found;
    for (shown_block const& block : code_blocks(document)) {
        if (block.label != "console")
            continue;
        std::istringstream lines(block.text);
        bool continued = false;
        for (std::string line; std::getline(lines, line);) {
            if (!continued && line.starts_with("$ "))
                found.push_back({block.place, line.substr(2), {}});
            else if (continued)
                found.back().command += "\n" + line;
            else if (!found.empty())
                found.back().output += line + "\n";
            continued = (continued || line.starts_with("$ ")) && line.ends_with('\\');
        }
    }
    return found;
}

std::vector<std::string> command_lines(std::string_view text)
{
    std::vector<std::string> found;
    std::istringstream lines{std::string(text)};
    bool continued = false;
    for (std::string line; std::getline(lines, line);) {
        if (continued)
            found.back() += "\n" + line;
        else
            found.push_back(line);
        continued = line.ends_with('\\');
    }
    return found;
}

std::vector<shown_command> commands_of_ours(fs::path const& document)
{
    std::vector<shown_command> all;
    if (document.extension() == ".md") {
        std::string const text = prose(document, all);
        for (shown_block const& block : code_blocks(document))
            if (block.label == "sh")
                for (std::string const& command : command_lines(block.text))
                    all.push_back({block.place, command, {}});
        static std::regex const quoted("`([^`]+)`");
        for (std::sregex_iterator found(text.begin(), text.end(), quoted), end; found != end; ++found) {
            auto const line = 1 + std::count(text.begin(), text.begin() + found->position(), '\n');
            std::string command = (*found)[1];
            std::replace(command.begin(), command.end(), '\n', ' '); // where the paragraph is wrapped
            all.push_back({place_in(document, static_cast<std::size_t>(line)), command, {}});
        }
    } else {
        all = commands_of_manual(document);
    }
    std::erase_if(all, [](shown_command const& shown) { return !is_ours(shown.command); });
    for (shown_command& shown : all)
        shown.command = without_comment(shown.command);
    return all;
}

std::vector<shown_command> commands_of_help(std::string const& place, std::string_view help)
{
    std::vector<shown_command> found;
    auto const examples = help.find("\nExamples:\n");
    if (examples == help.npos)
        return found;
    // An explanation stands behind three blanks or more.
    static std::regex const explained(R"(\s{3,}.*)");
    for (std::string const& line : command_lines(help.substr(examples + 11))) {
        if (!line.starts_with("  "))
            break;
        found.push_back({place, std::regex_replace(line.substr(2), explained, ""), {}});
    }
    return found;
}

std::vector<std::string> code_of_page(fs::path const& page)
{
    static std::regex const form(R"(<pre[^>]*><code>([^<]*)</code></pre>)");
    std::string const text = content_of(page);
    std::vector<std::string> found;
    for (std::sregex_iterator one(text.begin(), text.end(), form), end; one != end; ++one)
        found.push_back((*one)[1]);
    return found;
}

} // namespace polyport::integration
