// SPDX-License-Identifier: BSL-1.0
#include "common/access_record.hpp"

#include "common/escape.hpp"

#include <charconv>
#include <ctime>
#include <iterator>

namespace polyport {

namespace {

void append_number(std::string& out, std::uint64_t value)
{
    char digits[20];
    out.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

/// Outside quotes a space would end the field: a user may have one in the name.
void append_word(std::string& out, std::string_view text)
{
    auto space = text.find(' ');
    while (space != std::string_view::npos) {
        if (space != 0)
            append_access_value(out, text.substr(0, space));
        out += "\\x20";
        text.remove_prefix(space + 1);
        if (text.empty())
            return;
        space = text.find(' ');
    }
    append_access_value(out, text);
}

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    append_access_value(out, text);
    out += '"';
}

void append_ncsa(std::string& out, access_log_format format, access_record const& record,
                 access_time_text& time)
{
    append_word(out, record.remote);
    out += " - ";
    append_word(out, record.user);
    out += ' ';
    time.append_local(out, record.time);
    out += ' ';
    append_quoted(out, record.request);
    out += ' ';
    if (record.status == 0)
        out += '-';
    else
        append_number(out, record.status);
    out += ' ';
    if (record.body_bytes == 0)
        out += '-';
    else
        append_number(out, record.body_bytes);
    if (format == access_log_format::combined) {
        out += ' ';
        append_quoted(out, record.referer);
        out += ' ';
        append_quoted(out, record.user_agent);
    }
    out += '\n';
}

void append_text_member(std::string& out, std::string_view name, std::string_view value)
{
    if (value.empty())
        return;
    out += name;
    append_json_string(out, value);
}

void append_json(std::string& out, access_record const& record, access_time_text& time)
{
    out += "{\"time\":\"";
    time.append_utc(out, record.time);
    out += '"';
    append_text_member(out, ",\"remote\":", record.remote);
    append_text_member(out, ",\"user\":", record.user);
    append_text_member(out, ",\"request\":", record.request);
    out += ",\"status\":";
    append_number(out, record.status);
    out += ",\"bytes\":";
    append_number(out, record.body_bytes);
    out += ",\"duration_us\":";
    append_number(out, record.duration.count() < 0 ? 0 : static_cast<std::uint64_t>(record.duration.count()));
    append_text_member(out, ",\"referer\":", record.referer);
    append_text_member(out, ",\"user_agent\":", record.user_agent);
    out += ",\"connection\":";
    append_number(out, record.connection);
    append_text_member(out, ",\"service\":", record.service);
    out += "}\n";
}

} // namespace

std::optional<access_log_format> parse_access_log_format(std::string_view word) noexcept
{
    if (word == "common")
        return access_log_format::common;
    if (word == "combined")
        return access_log_format::combined;
    if (word == "json")
        return access_log_format::json;
    return std::nullopt;
}

void access_time_text::append_local(std::string& out, std::chrono::system_clock::time_point time)
{
    using namespace std::chrono;
    auto const second = floor<seconds>(time.time_since_epoch()).count();
    if (!filled_ || second != second_) {
        std::time_t const now = static_cast<std::time_t>(second);
        std::tm parts{};
        ::localtime_r(&now, &parts);
        // The program never calls setlocale, so %b is English, as the format demands.
        length_ = std::strftime(text_, sizeof text_, "[%d/%b/%Y:%H:%M:%S %z]", &parts);
        second_ = second;
        filled_ = true;
    }
    out.append(text_, length_);
}

void append_access_line(std::string& out, access_log_format format, access_record const& record,
                        access_time_text& time)
{
    if (format == access_log_format::json)
        append_json(out, record, time);
    else
        append_ncsa(out, format, record, time);
}

} // namespace polyport
