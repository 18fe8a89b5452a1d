// SPDX-License-Identifier: BSL-1.0
#include "client/source.hpp"

#include <array>
#include <cerrno>

#include <unistd.h>

namespace polyport::client {

int source::read_more()
{
    std::array<char, 64 * 1024> block;
    ssize_t const got = ::read(fd_, block.data(), block.size());
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? 0 : errno;

    std::string_view const bytes(block.data(), static_cast<std::size_t>(got));
    if (unit_ == unit::blocks) {
        pending_ += bytes;
    } else {
        splitter_.feed(bytes);
        while (auto const one = said_farewell_ ? std::nullopt : splitter_.next())
            take(*one);
    }
    if (got == 0) {
        if (auto const last = said_farewell_ ? std::nullopt : splitter_.rest())
            take(*last);
        fd_ = -1;
    }
    return 0;
}

void source::take(line const& one)
{
    if (is_farewell(one)) {
        said_farewell_ = true;
        fd_ = -1;
    } else {
        pending_ += one.text;
    }
}

void source::consume(std::size_t count)
{
    sent_ += count;
    if (sent_ == pending_.size()) {
        pending_.clear();
        sent_ = 0;
    }
}

} // namespace polyport::client
