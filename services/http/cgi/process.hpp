// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace polyport::cgi {

/// A program that was started: it leads a session and a process group of its own, and is a zombie from its
/// end until it is reaped, so that neither pid nor group can mean anyone else until then.
struct process {
    pid_t pid = -1;
    unique_fd handle; ///< pidfd: readable once the program has ended
    unique_fd input;  ///< writes to its standard input; empty if that is /dev/null
    unique_fd output; ///< reads its standard output
    unique_fd errors; ///< reads its standard error
    unique_fd report; ///< see read_start_report(); empty if it is known that the program runs
};

/// How a program ended and what it used.
struct exit_report {
    int status = 0; ///< as exit(3) was given it; without meaning if a signal ended it
    int signal = 0; ///< the signal that ended it, or 0
    bool core_dumped = false;
    std::chrono::microseconds processor_time{0}; ///< user and system, with its reaped children
    /// Highest resident size. The kernel counts what the daemon had in memory when it started the program, so
    /// that a smaller value of the program's own is not known: nothing then.
    std::optional<std::uint64_t> peak_memory; ///< bytes

    bool success() const noexcept { return signal == 0 && status == 0; }
};

/// "exit 3", "signal 9 (KILL)".
std::string to_string(exit_report const& report);

/// Whether the program has ended; it stays a zombie. No system call blocks.
bool has_ended(int handle) noexcept;

/// Whether a signal has ended the program, which has ended and is not reaped yet.
bool ended_by_signal(int handle) noexcept;

/// Highest resident size of the program alone, up to now, in bytes; 0 if the kernel does not tell.
std::uint64_t peak_memory_of(pid_t pid) noexcept;

/// Reaps the program if it has ended; nothing if it still runs.
/// error::no_child_process if it is not a child, or was reaped already.
result<std::optional<exit_report>> reap(pid_t pid) noexcept;

/// Sends a signal to the whole process group of a program that was not reaped yet. A group that is gone is no
/// error: what was wanted is so.
error_code signal_group(pid_t leader, int signal) noexcept;

/// Whether the group of a program that was reaped has members left.
bool group_exists(pid_t leader) noexcept;

} // namespace polyport::cgi
