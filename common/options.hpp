// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/option_binding.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport {

/// Another name that an option has: in the configuration file in any letter case, on the command line in its
/// own if it is in lower case.
struct option_alias {
    std::string name;
    /// Turns the alias's value into the option's; empty where both are written alike.
    std::function<checked<std::string>(std::string_view)> convert;
};

/// One row of the table of options.
struct option {
    std::string name;    ///< in dashes; the same on the command line (after --) and in the file
    std::string metavar; ///< what stands for the value in the help: N, ADDR, DIR
    std::string help;    ///< one sentence in lower case, without a full stop
    option_binding binding;
    std::string group;   ///< set by option_set::add
    std::string example; ///< shown in the generated configuration where there is no default
    std::vector<option_alias> aliases;
    bool secret = false; ///< its value is never shown

    option& with_example(std::string text)
    {
        example = std::move(text);
        return *this;
    }
    option& with_alias(std::string other, std::function<checked<std::string>(std::string_view)> convert = {})
    {
        aliases.push_back({std::move(other), std::move(convert)});
        return *this;
    }
    option& keep_secret()
    {
        secret = true;
        return *this;
    }
};

/// What one option was set to, and where.
struct option_setting {
    std::string name;
    std::string value; ///< empty for a secret option
    std::string origin;
};

/// One option, what it is set to, and by whom.
struct option_in_force {
    std::string name;
    std::vector<std::string>
        values;         ///< as they would be written; none where nothing is set, and for a secret one
    std::string origin; ///< `default`, `command line` or `FILE:LINE`
    bool secret = false;
};

struct parsed_options {
    std::vector<std::string> problems; ///< one line each, in the order of the file, then the command line
    bool help = false;
    bool version = false;
    bool check = false;
    std::vector<std::string> questions;   ///< those of --explain
    std::string config_file;              ///< as given; empty without --config
    std::vector<option_setting> settings; ///< those in force, in the order in which they were given
};

/// The table of all options: what can be said on the command line and in the configuration file, and where
/// each value goes. --config FILE, --check, --explain QUESTION, --help and --version belong to every set.
class option_set {
public:
    /// Options that are added next belong to this group; a group named before is continued. `note` is shown
    /// below the title.
    void group(std::string title, std::string note = {});

    /// The reference stays valid. A name that is taken is a bug: throws std::logic_error.
    option& add(std::string name, std::string metavar, std::string help, option_binding binding);

    /// Runs after all values are in place, if there was no problem until then; for what one option alone
    /// cannot know. Its problem is reported as it is.
    void add_check(std::function<checked<void>()> check);

    option* find(std::string_view name) noexcept;

    /// Reads the command line (argv[0] is skipped) and the file that --config names, and stores the values.
    /// The command line wins: it overrides a single value of the file, and replaces all values of a
    /// repeatable option. Each problem says where it is, and all are collected. Call it once.
    parsed_options parse(int argc, char const* const* argv);

    /// Every option in the order of the help, with the values of `given`, or its defaults.
    std::vector<option_in_force> in_force(parsed_options const& given) const;

    /// The options by group, wrapped to `width` columns (at least 40 are used).
    std::string help_text(std::size_t width = 80) const;

    /// A configuration file with every option at its default, commented out.
    std::string default_config() const;

private:
    struct group_info {
        std::string title;
        std::string note;
    };

    std::deque<option> options_; // add() hands out references
    std::vector<group_info> groups_;
    std::vector<std::function<checked<void>()>> checks_;
    std::string current_group_;
};

} // namespace polyport
