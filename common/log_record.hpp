// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/log_settings.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace polyport {

/// "trace", "debug", "info", "warning", "error".
std::string_view to_string(log_level level) noexcept;

/// The reverse; "warn" is taken as well. Nothing for any other word.
std::optional<log_level> parse_log_level(std::string_view word) noexcept;
std::optional<log_format> parse_log_format(std::string_view word) noexcept;

/// One named fact of a record. Owns nothing: name and text must live until the call that takes the field
/// returns (a temporary in the same expression does).
struct log_field {
    using value_type = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

    log_field(std::string_view field_name, bool field_value) noexcept : name(field_name), value(field_value)
    {
    }
    template <std::signed_integral Integer>
        requires(!std::same_as<Integer, char>)
    log_field(std::string_view field_name, Integer field_value) noexcept
        : name(field_name), value(static_cast<std::int64_t>(field_value))
    {
    }
    template <std::unsigned_integral Integer>
        requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
    log_field(std::string_view field_name, Integer field_value) noexcept
        : name(field_name), value(static_cast<std::uint64_t>(field_value))
    {
    }
    template <std::floating_point Real>
    log_field(std::string_view field_name, Real field_value) noexcept
        : name(field_name), value(static_cast<double>(field_value))
    {
    }
    log_field(std::string_view field_name, std::string_view field_value) noexcept
        : name(field_name), value(field_value)
    {
    }
    log_field(std::string_view field_name, char const* field_value) noexcept
        : name(field_name), value(std::string_view(field_value))
    {
    }
    log_field(std::string_view field_name, std::string const& field_value) noexcept
        : name(field_name), value(std::string_view(field_value))
    {
    }

    std::string_view name;
    value_type value;
};

/// A record as it is formatted. connection 0 stands for "of no connection".
struct log_record {
    std::chrono::system_clock::time_point time{};
    log_level level = log_level::info;
    std::string_view event{};
    std::uint64_t connection = 0;
    std::span<log_field const> fields{};
};

/// Longest text of one field, in bytes as they came in; what is longer is cut and ends with "...".
inline constexpr std::size_t max_log_value = 4096;

/// Keeps the text of the current second, so that a record pays for its milliseconds alone.
class log_time_text {
public:
    /// Appends "2026-11-21T01:02:03.123Z" (RFC 3339, UTC).
    void append(std::string& out, std::chrono::system_clock::time_point time);

private:
    bool filled_ = false;
    std::int64_t second_ = 0;
    std::size_t length_ = 0;
    char text_[32] = {}; // as far as "2026-11-21T01:02:03."
};

/// Each appends one line with its newline, and never another control byte, whatever the fields hold.
/// Text: `TIME LEVEL EVENT connection=N NAME=VALUE…`, levels padded to five columns ("warn" for warning),
/// values quoted where they are empty or hold a space, a quote, '=', a backslash or anything that is escaped.
/// JSON (RFC 8259): {"time":…,"level":…,"event":…,"connection":N,NAME:VALUE…}; the first four names are
/// taken. How bytes are escaped: common/escape.hpp. A number that is not finite is null in JSON.
void append_text_record(std::string& out, log_record const& record, log_time_text& time);
void append_json_record(std::string& out, log_record const& record, log_time_text& time);

} // namespace polyport
