// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/cgi/environment.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace polyport::cgi {

/// RFC 3875 section 4.1.18: upper case, '-' becomes '_'. So does every other character that is none of a
/// shell variable's name, though a field's name may have it.
constexpr char variable_char(char c) noexcept
{
    if (c >= 'a' && c <= 'z')
        return static_cast<char>(c - 'a' + 'A');
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
}

/// Which of a request's fields become variables.
class field_filter {
public:
    enum class verdict : std::uint8_t {
        pass,
        drop,
        joined, ///< is part of the variable of an earlier field of this name
        clash,  ///< an earlier field has another name, but the same variable
    };

    /// `fields` outlive it.
    explicit field_filter(std::span<field_view const> fields) noexcept;

    verdict judge(std::size_t index) const noexcept;

private:
    bool is_named_by_connection(std::string_view name) const noexcept;

    std::span<field_view const> fields_;
    bool has_connection_ = false;
};

/// Whether a field is never passed on, whatever Connection says. Compared as a variable: Proxy_Authorization
/// is dropped too, since a program cannot tell it from the other.
bool never_passed(std::string_view name) noexcept;

} // namespace polyport::cgi
