// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <string>

namespace polyport {

/// What an exception says of itself, whatever its type.
inline std::string text_of(std::exception_ptr const& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& error) {
        return error.what();
    } catch (...) {
        return "of an unknown type";
    }
}

} // namespace polyport
