// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <unistd.h>

namespace polyport {

/// Owns one file descriptor; -1 owns nothing. close(2) is not retried on EINTR: on Linux the descriptor is
/// gone by then, and a second close could hit a descriptor that another thread has just been given.
class unique_fd {
public:
    unique_fd() noexcept = default;
    explicit unique_fd(int fd) noexcept : fd_(fd) {}
    unique_fd(unique_fd&& other) noexcept : fd_(other.release()) {}
    unique_fd& operator=(unique_fd&& other) noexcept
    {
        reset(other.release());
        return *this;
    }
    ~unique_fd() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept
    {
        int const old = std::exchange(fd_, fd);
        if (old >= 0)
            ::close(old);
    }

private:
    int fd_ = -1;
};

} // namespace polyport
