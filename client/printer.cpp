// SPDX-License-Identifier: BSL-1.0
#include "client/printer.hpp"

#include "client/wait.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>

#include <sys/stat.h>
#include <unistd.h>

namespace polyport::client {
namespace {

/// A writable pipe has room for PIPE_BUF bytes and blocks for more. O_NONBLOCK would be no way out: it
/// belongs to the open file, which we share with other processes.
std::size_t most_without_blocking(int fd)
{
    struct stat facts = {};
    bool const regular = ::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
    return regular ? SIZE_MAX : PIPE_BUF;
}

} // namespace

printer::printer(int fd, bool for_people)
    : fd_(fd), most_(most_without_blocking(fd)), for_people_(for_people), label_due_(for_people)
{
}

void printer::push(std::string_view bytes)
{
    if (label_due_) {
        close_line();
        held_ += "Response from server:\n";
        label_due_ = false;
        line_open_ = false;
    }
    held_ += bytes;
    if (!bytes.empty())
        line_open_ = bytes.back() != '\n';
}

void printer::close_line()
{
    if (for_people_)
        end_line();
}

void printer::end_line()
{
    if (line_open_)
        held_ += '\n';
    line_open_ = false;
}

int printer::write_some()
{
    ssize_t const written = ::write(fd_, held_.data(), std::min(held_.size(), most_));
    if (written < 0)
        return errno == EINTR || errno == EAGAIN ? 0 : errno;
    held_.erase(0, static_cast<std::size_t>(written));
    return 0;
}

int printer::flush()
{
    int const error = write_all(fd_, held_);
    held_.clear();
    return error;
}

failure output_failure(int error)
{
    return {exit_status::failed, error == EPIPE ? std::string() : "standard output: " + cause(error)};
}

} // namespace polyport::client
