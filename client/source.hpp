// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/line_splitter.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace polyport::client {

/// What goes out over a stream: a given text, or a descriptor's bytes, as blocks or line by line.
class source {
public:
    enum class unit { blocks, lines };

    explicit source(std::string text) : pending_(std::move(text)) {}
    source(int fd, unit of) : fd_(fd), unit_(of) {}

    /// -1: there is nothing (more) to read.
    int fd() const noexcept { return fd_; }
    bool open() const noexcept { return fd_ >= 0; }
    /// It ended with `q` or `exit`, not with the end of the input.
    bool said_farewell() const noexcept { return said_farewell_; }

    /// One read(2); blocks if nothing is there, so poll first. 0 or the errno.
    int read_more();

    /// What has been read and not been sent.
    std::string_view pending() const noexcept { return std::string_view(pending_).substr(sent_); }
    void consume(std::size_t count);

private:
    void take(line const& one);

    int fd_ = -1;
    unit unit_ = unit::blocks;
    line_splitter splitter_{std::size_t{64} * 1024};
    std::string pending_;
    std::size_t sent_ = 0;
    bool said_farewell_ = false;
};

} // namespace polyport::client
