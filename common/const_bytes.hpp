// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace polyport {

/// Bytes to send: text or a span of bytes, which live until they are sent. A literal counts without the NUL
/// at its end, which a plain span of its array would include.
class const_bytes {
public:
    constexpr const_bytes() noexcept = default;
    constexpr const_bytes(char const* literal) : text_(literal) {}
    constexpr const_bytes(std::string_view text) noexcept : text_(text) {}
    const_bytes(std::string const& text) noexcept : text_(text) {}
    constexpr const_bytes(std::span<char const> bytes) noexcept : text_(bytes.data(), bytes.size()) {}
    constexpr const_bytes(std::span<char> bytes) noexcept : text_(bytes.data(), bytes.size()) {}
    const_bytes(std::string&&) = delete; ///< would be gone before it is sent; give it a name

    constexpr char const* data() const noexcept { return text_.data(); }
    constexpr std::size_t size() const noexcept { return text_.size(); }
    constexpr bool empty() const noexcept { return text_.empty(); }
    constexpr std::string_view text() const noexcept { return text_; }
    constexpr const_bytes from(std::size_t offset) const noexcept { return text_.substr(offset); }

private:
    std::string_view text_;
};

} // namespace polyport
