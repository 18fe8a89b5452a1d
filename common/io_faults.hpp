// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <cstddef>

namespace polyport {

/// Looks at every attempt of a stream to read or write before the kernel does, for tests that let one fail.
class io_faults {
public:
    virtual ~io_faults() = default;

    /// An error instead of the attempt; or no error, and `size` made smaller for a short read or write.
    virtual error_code before_read(std::size_t& size) = 0;
    virtual error_code before_write(std::size_t& size) = 0;
};

} // namespace polyport
