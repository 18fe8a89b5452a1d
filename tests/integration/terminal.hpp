// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/unique_fd.hpp"
#include "tests/integration/process.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::integration {

/// A program with a terminal as its standard input, output and error.
class terminal_session {
public:
    explicit terminal_session(std::vector<std::string> const& arguments);

    /// As if typed; `\n` is the Enter key, `\x04` the key that ends the input.
    void type(std::string_view keys);
    /// To the program that has the terminal.
    void signal(int number);
    /// Waits until it has stopped, by SIGTSTP; false when it never does.
    bool stops();
    /// Reads the screen until `text` has come behind what was waited for last; false when it never does.
    bool shows(std::string_view text);
    /// All that has been on the screen.
    std::string const& screen() const noexcept { return screen_; }
    /// Reads to the end; the exit status.
    int finish();

private:
    bool read_more();

    unique_fd keyboard_;
    std::optional<child_process> child_;
    std::string screen_;
    std::size_t seen_ = 0;
};

} // namespace polyport::integration
