// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

#include <termios.h>

namespace polyport::client {

/// Columns of the terminal that standard output is; 0 if it is none. COLUMNS wins.
std::size_t terminal_width();
std::size_t terminal_height();

/// The terminal for a program that draws on the whole of it: an own screen, no cursor, single keys. Puts
/// everything back when it goes, whatever made it go, and when a bug ends the process. One at a time.
class full_screen {
public:
    /// Of standard input and output, which are a terminal.
    full_screen();
    full_screen(full_screen const&) = delete;
    full_screen& operator=(full_screen const&) = delete;
    ~full_screen();

    /// For a while, while the process is stopped.
    void leave();
    void enter();

private:
    termios before_{};
    bool entered_ = false;
};

} // namespace polyport::client
