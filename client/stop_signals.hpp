// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/unique_fd.hpp"

#include <csignal>
#include <initializer_list>

namespace polyport::client {

/// Signals as something to be waited for: held back from the process as long as this lives, so that a program
/// which has changed the terminal ends in its own way.
class stop_signals {
public:
    stop_signals(std::initializer_list<int> numbers);
    stop_signals(stop_signals const&) = delete;
    stop_signals& operator=(stop_signals const&) = delete;
    ~stop_signals();

    int descriptor() const noexcept { return fd_.get(); }
    /// The next that has come; 0 if none has.
    int take() noexcept;

private:
    sigset_t before_{};
    unique_fd fd_;
};

} // namespace polyport::client
