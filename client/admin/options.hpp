// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/destination.hpp"
#include "client/wait.hpp"
#include "common/error.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::client {

/// Where the daemon's control interface is looked for when neither --admin nor POLYPORT_ADMIN says.
inline constexpr std::string_view usual_admin_path = "/run/polyport/admin.sock";

/// What every command that asks the daemon is told.
struct admin_options {
    destination to;
    std::string token; ///< empty: none
    milliseconds timeout{10'000};
    bool json = false;
    bool help = false; ///< only this was asked: nothing else here counts
    std::vector<std::string> words;
    boost::program_options::variables_map given; ///< the command's own options
};

/// A command that asks the daemon: its line of usage, what it does, and options of its own.
struct admin_usage {
    std::string_view name;
    std::string_view synopsis; ///< behind "polyport NAME [OPTION]..."
    std::string_view text;
    boost::program_options::options_description own;
    std::string_view examples = {};
};

/// Arguments behind the command's name. `words` takes what is no option.
checked<admin_options> parse_admin_options(admin_usage const& usage, std::span<std::string const> arguments);

std::string help_of(admin_usage const& usage);

} // namespace polyport::client
