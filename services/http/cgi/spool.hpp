// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyport::cgi {

/// The body of a request whose length nobody knows beforehand: kept until it is complete, so that
/// CONTENT_LENGTH is exact. In memory as long as it is small, then in a file without a name.
class spool {
public:
    /// As much as a pipe takes at once.
    static constexpr std::size_t in_memory = 64 * 1024;

    /// Appends bytes; blocks for the disk where they go there. Fails with errno, such as ENOSPC.
    error_code append(std::string_view bytes);

    std::uint64_t size() const noexcept { return size_; }
    /// All of it, if it is in memory.
    std::string_view memory() const noexcept { return memory_; }
    bool in_file() const noexcept { return static_cast<bool>(file_); }
    /// The file, to be read from its beginning.
    result<unique_fd> take_file();

private:
    error_code write_file(std::string_view bytes);

    std::uint64_t size_ = 0;
    std::string memory_;
    unique_fd file_;
};

} // namespace polyport::cgi
