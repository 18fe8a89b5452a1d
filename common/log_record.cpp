// SPDX-License-Identifier: BSL-1.0
#include "common/log_record.hpp"

#include "common/escape.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <ctime>

namespace polyport {

namespace {

constexpr std::array<std::string_view, 5> level_names{"trace", "debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 5> level_columns{"trace", "debug", "info ", "warn ", "error"};

template <class Number>
void append_number(std::string& out, Number value)
{
    char digits[32];
    auto const end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    out.append(digits, end);
}

/// As much of a long value as is kept, never ending within a character of UTF-8.
std::string_view kept_part(std::string_view text) noexcept
{
    std::size_t length = max_log_value;
    for (int back = 0; back < 3 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80; ++back)
        --length;
    return text.substr(0, length);
}

template <class AppendValue>
void append_limited(std::string& out, std::string_view text, AppendValue append_value)
{
    if (text.size() <= max_log_value) {
        append_value(out, text);
        return;
    }
    std::string cut(kept_part(text));
    cut += "...";
    append_value(out, cut);
}

struct append_text_field {
    std::string& out;
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { append_number(out, value); }
    void operator()(std::uint64_t value) const { append_number(out, value); }
    void operator()(double value) const { append_number(out, value); }
    void operator()(std::string_view value) const { append_limited(out, value, append_text_value); }
};

struct append_json_field {
    std::string& out;
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { append_number(out, value); }
    void operator()(std::uint64_t value) const { append_number(out, value); }
    void operator()(double value) const
    {
        if (std::isfinite(value))
            append_number(out, value);
        else
            out += "null";
    }
    void operator()(std::string_view value) const { append_limited(out, value, append_json_string); }
};

} // namespace

std::string_view to_string(log_level level) noexcept
{
    return level_names[static_cast<std::size_t>(level)];
}

std::optional<log_level> parse_log_level(std::string_view word) noexcept
{
    for (std::size_t index = 0; index < level_names.size(); ++index) {
        if (word == level_names[index])
            return static_cast<log_level>(index);
    }
    return word == "warn" ? std::optional(log_level::warning) : std::nullopt;
}

std::optional<log_format> parse_log_format(std::string_view word) noexcept
{
    if (word == "text")
        return log_format::text;
    if (word == "json")
        return log_format::json;
    return std::nullopt;
}

void log_time_text::append(std::string& out, std::chrono::system_clock::time_point time)
{
    using namespace std::chrono;
    auto const since = floor<milliseconds>(time.time_since_epoch());
    auto const second = floor<seconds>(since);
    if (!filled_ || second.count() != second_) {
        std::time_t const now = static_cast<std::time_t>(second.count());
        std::tm parts{};
        ::gmtime_r(&now, &parts);
        length_ = std::strftime(text_, sizeof text_, "%Y-%m-%dT%H:%M:%S.", &parts);
        second_ = second.count();
        filled_ = true;
    }
    auto const millisecond = static_cast<unsigned>((since - second).count());
    out.append(text_, length_);
    out += static_cast<char>('0' + millisecond / 100);
    out += static_cast<char>('0' + millisecond / 10 % 10);
    out += static_cast<char>('0' + millisecond % 10);
    out += 'Z';
}

void append_text_record(std::string& out, log_record const& record, log_time_text& time)
{
    time.append(out, record.time);
    out += ' ';
    out += level_columns[static_cast<std::size_t>(record.level)];
    out += ' ';
    append_text_value(out, record.event);
    if (record.connection != 0) {
        out += " connection=";
        append_number(out, record.connection);
    }
    for (log_field const& field : record.fields) {
        out += ' ';
        append_text_value(out, field.name);
        out += '=';
        std::visit(append_text_field{out}, field.value);
    }
    out += '\n';
}

void append_json_record(std::string& out, log_record const& record, log_time_text& time)
{
    out += "{\"time\":\"";
    time.append(out, record.time);
    out += "\",\"level\":\"";
    out += to_string(record.level);
    out += "\",\"event\":";
    append_json_string(out, record.event);
    if (record.connection != 0) {
        out += ",\"connection\":";
        append_number(out, record.connection);
    }
    for (log_field const& field : record.fields) {
        out += ',';
        append_json_string(out, field.name);
        out += ':';
        std::visit(append_json_field{out}, field.value);
    }
    out += "}\n";
}

} // namespace polyport
