// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/cgi/launcher.hpp"
#include "services/http/cgi/start_failure.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace polyport::cgi {

/// All that the child needs, and what it tells of its failure. Lives in memory that daemon and child share.
struct child_plan {
    launch const* what;
    launch_settings const* settings;
    std::vector<gid_t> const* groups;
    std::array<int, 3> ends; ///< what becomes descriptors 0, 1 and 2
    int highest_end;         ///< 0: the descriptors are the child's own already
    std::uint64_t signals;   ///< those to reset: bit n - 1 for signal n
    int ready;               ///< eventfd to tell that the child has its own descriptors, or -1
    int report;              ///< where a start_report goes, close-on-exec, or -1
    int error;
    start_failure::step at;
};

/// What a child writes whose memory is not the daemon's, when it could not become the program.
struct start_report {
    std::int32_t error;
    std::int32_t at; ///< start_failure::step
};

/// Which signals have a handler or are ignored in this process: bit n - 1 for signal n.
std::uint64_t changed_signals() noexcept;

/// What a program is between clone() and execve(): sets descriptors, limits, user, signals, and becomes the
/// program. `argument` is a child_plan; returns never, and leaves there why if it fails.
int run_child(void* argument) noexcept;

} // namespace polyport::cgi
