// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace polyport::http {

/// Content codings, from the one that is liked least to the one that is usually smallest.
enum class content_coding : std::uint8_t { identity, gzip, zstd, br };

/// As in Content-Encoding; identity is never sent there.
std::string_view coding_name(content_coding coding) noexcept;
/// `.gz`, `.zst`, `.br`; empty for identity.
std::string_view coding_suffix(content_coding coding) noexcept;

/// Which codings there are of a representation.
class coding_set {
public:
    constexpr coding_set& add(content_coding coding) noexcept
    {
        bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<unsigned>(coding));
        return *this;
    }
    constexpr bool has(content_coding coding) const noexcept
    {
        return (bits_ >> static_cast<unsigned>(coding) & 1U) != 0;
    }

private:
    std::uint8_t bits_ = 0;
};

/// The best of the available codings by Accept-Encoding (RFC 9110 section 12.5.3): the highest q, then br,
/// zstd, gzip. A coding that the field names is preferred to identity that it does not name. None if the
/// field excludes all that there is: answer 406, or disregard the field. Without the field, do not ask: send
/// identity.
std::optional<content_coding> choose_coding(std::string_view accept_encoding, coding_set available) noexcept;

} // namespace polyport::http
