// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::integration {

/// What the documents of the source tree show to be typed.
struct shown_command {
    std::string place;   ///< file:line
    std::string command; ///< as a shell takes it, with its line ends where it is continued
    std::string output;  ///< what stands below it, in a block ```console
};

/// A block of code between fences.
struct shown_block {
    std::string place;
    std::string label; ///< what stands behind the opening fence
    std::string text;
};

std::filesystem::path source_tree();
/// README.md and the guides of docs/, but for the tutorial: that needs an installed package, and
/// tests/package runs it.
std::vector<std::filesystem::path> guides();
std::vector<std::filesystem::path> manual_pages();

std::vector<shown_block> code_blocks(std::filesystem::path const& document);

/// Of the blocks ```console: "$ command", continued behind a backslash, and what it prints.
std::vector<shown_command> console_commands(std::filesystem::path const& document);
/// Lines of a block, continued behind a backslash.
std::vector<std::string> command_lines(std::string_view text);
/// Every other command that starts one of our programs or scripts, or curl: in blocks ```sh, indented by four
/// blanks, `between` back quotes, and behind "$ " or "# " in a manual page. Without comments.
std::vector<shown_command> commands_of_ours(std::filesystem::path const& document);
/// Those below "Examples:" of a --help.
std::vector<shown_command> commands_of_help(std::string const& place, std::string_view help);

/// The texts of `<pre …><code>…</code></pre>` in a page.
std::vector<std::string> code_of_page(std::filesystem::path const& page);

} // namespace polyport::integration
