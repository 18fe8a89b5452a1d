// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/failure.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace polyport::client {

/// Standard output, as replies are printed on it. `for_people` (a terminal, or --verbose) adds the label
/// "Response from server:" before each reply and ends the last line; otherwise only the bare bytes come out.
class printer {
public:
    printer(int fd, bool for_people);

    /// The next bytes begin a reply.
    void expect_reply() noexcept { label_due_ = for_people_; }
    void push(std::string_view bytes);
    /// Ends the line for people, so that a prompt stands at the beginning of the next one.
    void close_line();
    /// Ends the line in any case.
    void end_line();

    int fd() const noexcept { return fd_; }
    bool pending() const noexcept { return !held_.empty(); }
    /// After poll has said POLLOUT: writes what can be written without blocking; 0 or the errno.
    int write_some();
    /// Writes all that is pending, however long that takes; 0 or the errno.
    int flush();

private:
    std::string held_;
    int fd_;
    std::size_t most_; // bytes that one write never blocks for
    bool for_people_;
    bool label_due_;
    bool line_open_ = false;
};

/// Why the command ends when standard output cannot be written: without a word if whoever reads it has gone.
failure output_failure(int error);

} // namespace polyport::client
