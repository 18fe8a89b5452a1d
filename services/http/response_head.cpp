// SPDX-License-Identifier: BSL-1.0
#include "services/http/response_head.hpp"

#include "services/http/characters.hpp"
#include "services/http/request_scan.hpp"

#include <array>
#include <charconv>

namespace polyport::http {
namespace {

void append_number(std::string& out, std::uint64_t value)
{
    std::array<char, 20> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void append_value(std::string& out, std::string_view value)
{
    if (skip_value(value.data(), value.data() + value.size()) == value.data() + value.size()) {
        out += value;
        return;
    }
    for (char const c : value)
        out += is_a(c, value_char) ? c : ' ';
}

/// The beginning of the heads that are sent all the time, in one piece.
std::string_view ready_made(status code) noexcept
{
    switch (code) {
    case status::ok:
        return "HTTP/1.1 200 OK\r\nServer: polyport\r\nDate: ";
    case status::partial_content:
        return "HTTP/1.1 206 Partial Content\r\nServer: polyport\r\nDate: ";
    case status::not_modified:
        return "HTTP/1.1 304 Not Modified\r\nServer: polyport\r\nDate: ";
    case status::not_found:
        return "HTTP/1.1 404 Not Found\r\nServer: polyport\r\nDate: ";
    default:
        return {};
    }
}

} // namespace

response_head& response_head::start(status code, std::string_view date, std::string_view reason)
{
    std::string_view const ready = reason.empty() ? ready_made(code) : std::string_view();
    if (!ready.empty()) {
        out_ += ready;
    } else {
        out_ += "HTTP/1.1 ";
        append_number(out_, number(code));
        out_ += ' ';
        append_value(out_, reason.empty() ? reason_phrase(code) : reason);
        out_ += "\r\nServer: polyport\r\nDate: ";
    }
    out_ += date;
    out_ += "\r\n";
    return *this;
}

response_head& response_head::field(std::string_view name, std::string_view value)
{
    out_ += name;
    out_ += ": ";
    append_value(out_, value);
    out_ += "\r\n";
    return *this;
}

response_head& response_head::field(std::string_view name, std::uint64_t value)
{
    out_ += name;
    out_ += ": ";
    append_number(out_, value);
    out_ += "\r\n";
    return *this;
}

response_head& response_head::prepared(std::string_view lines)
{
    out_ += lines;
    return *this;
}

response_head& response_head::content_length(std::uint64_t bytes)
{
    return field("Content-Length", bytes);
}

response_head& response_head::chunked()
{
    out_ += "Transfer-Encoding: chunked\r\n";
    return *this;
}

response_head& response_head::connection(bool keep_alive, unsigned client_minor_version)
{
    if (!keep_alive)
        out_ += "Connection: close\r\n";
    else if (client_minor_version == 0)
        out_ += "Connection: keep-alive\r\n";
    return *this;
}

void response_head::finish()
{
    out_ += "\r\n";
}

} // namespace polyport::http
