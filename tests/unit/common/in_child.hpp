// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/unique_fd.hpp"

#include <exception>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace polyport::test {

/// Calls the function in a forked child and returns the text that it returns: for what changes a process for
/// good (its user, its limits, its descriptors). Not for a process with other threads. Boost.Test's macros do
/// not reach the parent from there.
template <class Function>
std::string in_child(Function function)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    unique_fd const read_end(ends[0]);
    // Out of the way of descriptors that a test places itself.
    unique_fd write_end(::fcntl(ends[1], F_DUPFD_CLOEXEC, 200));
    ::close(ends[1]);
    pid_t const child = ::fork();
    if (child < 0)
        throw std::runtime_error("no child");
    if (child == 0) {
        std::string text;
        try {
            text = function();
        } catch (std::exception const& error) {
            text = std::string("exception: ") + error.what();
        }
        ssize_t const ignored = ::write(write_end.get(), text.data(), text.size());
        ::_exit(ignored < 0 ? 1 : 0);
    }
    write_end.reset();
    std::string text;
    char part[4096];
    for (ssize_t count; (count = ::read(read_end.get(), part, sizeof part)) > 0;)
        text.append(part, static_cast<std::size_t>(count));
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0)
        text += " (status " + std::to_string(status) + ')';
    return text;
}

} // namespace polyport::test
