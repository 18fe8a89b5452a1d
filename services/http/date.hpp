// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// Dates of HTTP (RFC 9110 section 5.6.7), as seconds since 1970-01-01 00:00:00 UTC without leap seconds.
namespace polyport::http {

struct civil_time {
    int year;    ///< 1 to 9999
    int month;   ///< 1 to 12
    int day;     ///< 1 to 31
    int hour;    ///< 0 to 23
    int minute;  ///< 0 to 59
    int second;  ///< 0 to 59
    int weekday; ///< 0 is Sunday
};

/// Out of the years 1 to 9999 the nearest that is inside. No time zone and no locale takes part.
civil_time to_civil(std::int64_t seconds) noexcept;

inline constexpr std::size_t date_size = 29;

/// IMF-fixdate, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
class date_text {
public:
    explicit date_text(std::int64_t seconds) noexcept;
    std::string_view view() const noexcept { return {text_.data(), text_.size()}; }

private:
    std::array<char, date_size> text_;
};

/// Reads IMF-fixdate, the RFC 850 form and asctime's, exactly as the grammar has them; none for all else,
/// which sections 13.1.3 and 13.1.4 want ignored. The name of the day must be one, but need not be the right
/// one. The two digits of the RFC 850 year are taken for the century that puts the date at most 50 years
/// after now.
std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now) noexcept;

} // namespace polyport::http
