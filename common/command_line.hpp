// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace polyport {

struct command_line_option {
    std::string name;  ///< without its dashes
    std::string value; ///< empty for a flag
};

struct command_line {
    std::vector<command_line_option> options; ///< known ones, complete, in the order given
    std::vector<std::string> unknown;         ///< names without their dashes
    std::vector<std::string> problems;        ///< sentences, without "command line" before them
};

/// Splits the words after argv[0]: `--name value`, `--name=value`, `--flag`. Names are written out, there are
/// no other arguments, and a value that begins with two dashes needs the form with `=`. `names` are the
/// options with a value, `flags` those without.
command_line read_command_line(int argc, char const* const* argv, std::vector<std::string> const& names,
                               std::vector<std::string> const& flags);

} // namespace polyport
