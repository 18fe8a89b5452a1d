// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace polyport::client {

/// What the command leaves to the shell.
enum class exit_status : int {
    done = 0,
    failed = 1,    ///< at run time: refused, reset, closed by the other side, output cannot be written
    misused = 2,   ///< an unknown command or option, a bad address or value
    timed_out = 3, ///< no connection or no answer in the time allowed
};

} // namespace polyport::client
