// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace polyport {

/// The listening sockets that a service manager has passed to this process, as in sd_listen_fds(3).
class inherited_sockets {
public:
    /// None.
    inherited_sockets() = default;

    /// Reads LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES, and removes them from the environment, so that no
    /// child takes them for its own. None when they are absent or meant for another process. The descriptors
    /// become close-on-exec and non-blocking. Call before any thread reads the environment, and once.
    static checked<inherited_sockets> from_environment();

    /// All sockets with that name (several may share one); each can be taken once. Where no socket has it, a
    /// decimal number stands for the descriptor itself. Errors are sentences that list the names there are.
    checked<std::vector<unique_fd>> take(std::string_view name);

    /// The names of sockets that nobody has taken, as the endpoints that would: "fd:NAME".
    std::vector<std::string> unclaimed() const;

    /// Closes them; returns their names, for a warning.
    std::vector<std::string> close_unclaimed();

private:
    bool has(std::string_view name) const;
    std::string all_names() const;

    struct entry {
        std::string name;
        int number;
        unique_fd fd; ///< empty once taken
    };

    std::vector<entry> entries_;
};

} // namespace polyport
