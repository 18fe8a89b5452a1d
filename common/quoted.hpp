// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace polyport {

/// Text that anyone may have written, made safe for a terminal, a log line or a message: append_escaped of
/// escape.hpp as a value.
std::string escaped(std::string_view text);

/// escaped() in single quotes, cut after `limit` bytes of the input with "..." in place of the rest.
std::string quoted(std::string_view text, std::size_t limit = 120);

/// The length in bytes of the character that `text` begins with; 0 if those bytes are not UTF-8 (RFC 3629:
/// overlong forms, surrogates and values beyond U+10FFFF are not) or if `text` is empty.
std::size_t utf8_length(std::string_view text) noexcept;

} // namespace polyport
