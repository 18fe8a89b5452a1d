// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polyport {

/// One `name = value` line.
struct config_entry {
    std::string name;
    std::string value;
    std::size_t line = 0; ///< from 1

    friend bool operator==(config_entry const&, config_entry const&) = default;
};

struct config_problem {
    std::size_t line = 0; ///< from 1; 0 for the file as a whole
    std::string text;

    friend bool operator==(config_problem const&, config_problem const&) = default;
};

struct config_contents {
    std::vector<config_entry> entries;
    std::vector<config_problem> problems;
};

inline constexpr std::size_t max_config_size = std::size_t{1} << 20; ///< bytes of a file
inline constexpr std::size_t max_config_line = 4096;                 ///< bytes of a line, without its end
inline constexpr std::size_t max_config_problems = 50; ///< the rest of the file is not looked at

/// Reads the text of a configuration file:
/// - UTF-8, a byte order mark is skipped; lines end with LF or CRLF, the last one may lack its end.
/// - `name = value`; blanks (spaces and tabs) around the name and the value do not count.
/// - A `#` at the start of a line or after a blank begins a comment. Elsewhere it belongs to the value.
/// - A value in double quotes keeps its blanks and `#`; within them \" is a quote and \\ a backslash.
/// - A name is of ASCII letters, digits, `-` and `_`. Repeated names are the caller's business.
/// Each bad line gives one problem and no entry; reading goes on with the next.
config_contents parse_config_text(std::string_view text);

} // namespace polyport
