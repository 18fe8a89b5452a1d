// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

namespace polyport {

/// Turns a-z into A-Z, in place; every other byte value stays as it is, whatever the locale.
void to_upper(std::span<char> bytes) noexcept;

} // namespace polyport
