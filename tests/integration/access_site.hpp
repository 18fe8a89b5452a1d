// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tests/integration/sockets.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace polyport::integration {

/// Whether a byte is answered, or the connection closed at once.
bool is_served(unique_fd const& client);

/// Whether a datagram is answered; "no" takes a moment.
bool is_answered(unique_fd const& client, std::string const& bytes = "x");

/// A small site with a part that is not for all.
struct access_site {
    temporary_directory directory;
    std::filesystem::path root = directory / "root";

    access_site();
    /// The arguments that serve it, and more.
    std::vector<std::string> arguments(std::vector<std::string> const& more) const;
};

} // namespace polyport::integration
