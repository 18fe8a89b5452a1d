// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/exit_status.hpp"

#include <span>
#include <string>

namespace polyport::client {

/// The commands that ask a running daemon, by its control interface.

/// `polyport ps`: the table of connections.
exit_status run_ps(std::span<std::string const> arguments);
std::string ps_help();

/// `polyport top`: the same, again and again, with rates.
exit_status run_top(std::span<std::string const> arguments);
std::string top_help();

/// `polyport kill`: ends connections, by number or by filter.
exit_status run_kill(std::span<std::string const> arguments);
std::string kill_help();

/// `polyport stats`: what is counted.
exit_status run_stats(std::span<std::string const> arguments);
std::string stats_help();

/// `polyport watch`: what happens, as it happens.
exit_status run_watch(std::span<std::string const> arguments);
std::string watch_help();

/// `polyport drain`: lets the daemon finish and stop.
exit_status run_drain(std::span<std::string const> arguments);
std::string drain_help();

/// `polyport log-level`: shows it, or sets it.
exit_status run_log_level(std::span<std::string const> arguments);
std::string log_level_help();

} // namespace polyport::client
