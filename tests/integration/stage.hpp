// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tests/integration/daemon.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::integration {

/// A folder in which the commands that documents show find their programs and the files that they name, below
/// it in place of the root of this machine.
class stage {
public:
    stage();

    std::filesystem::path const& directory() const noexcept { return directory_.path(); }
    std::filesystem::path operator/(std::string_view name) const { return directory_ / name; }

    /// With the files of this machine that are named replaced by those of the stage.
    std::string staged(std::string const& text) const;

    /// As from the source tree: our programs are where they are built.
    outcome run(std::string const& command, std::string_view input = {}) const;
    /// As after an installation: our programs are found by their names.
    outcome run_installed(std::string const& command, std::vector<std::string> environment = {}) const;
    child_process start_installed(std::string const& command, std::vector<std::string> environment) const;

private:
    launch_options installed(std::vector<std::string> environment) const;
    std::vector<std::string> shell(std::string const& command) const;

    temporary_directory directory_;
};

/// The demonstration of scripts/run.sh on a stage and on other ports, with a control interface.
class demonstration {
public:
    demonstration();

    outcome run(std::string const& command) const;
    /// As from the source tree.
    outcome run_not_installed(std::string const& command, std::string_view input) const;
    child_process start(std::string const& command) const;
    daemon_process& server() noexcept { return server_; }

private:
    /// With its own addresses put in for those that the documents name.
    std::string localized(std::string command) const;
    std::vector<std::string> environment() const;

    stage place_;
    daemon_process server_;
};

} // namespace polyport::integration
