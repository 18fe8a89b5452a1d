// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/output_head.hpp"

#include "services/http/characters.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace polyport::cgi {
namespace {

constexpr std::string_view raw_begin = "HTTP/";

// A head is an implementation's own business up to here; a program that means more is broken.
constexpr std::size_t max_fields = 200;

bool is_of_the_connection(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 8> names{"connection",
                                                    "keep-alive",
                                                    "proxy-authenticate",
                                                    "proxy-connection",
                                                    "proxy-authentication-info",
                                                    "te",
                                                    "trailer",
                                                    "upgrade"};
    return std::ranges::any_of(names,
                               [&](std::string_view one) { return http::equals_ignoring_case(name, one); });
}

} // namespace

void output_head::refuse(std::string_view why) noexcept
{
    state_ = state::bad;
    problem_ = why;
}

bool output_head::may_be_raw() const noexcept
{
    return raw_begin.starts_with(std::string_view(text_).substr(0, raw_begin.size()));
}

std::size_t output_head::feed(std::string_view output)
{
    if (state_ != state::more)
        return 0;
    auto const before = text_.size();
    text_.append(output.substr(0, limit_ - before));
    auto const added = text_.size() - before;
    if (may_be_raw()) {
        if (text_.size() >= raw_begin.size())
            state_ = state::raw;
        return added;
    }
    scan_lines();
    if (state_ == state::more && added < output.size())
        refuse("its header is longer than allowed (http-cgi-max-header-bytes)");
    if (state_ != state::complete)
        return added;
    auto const used = line_ - before;
    text_.resize(line_);
    return used;
}

void output_head::finish()
{
    if (state_ != state::more)
        return;
    if (text_.empty())
        refuse("it printed nothing");
    else
        refuse("its header does not end with an empty line");
}

void output_head::scan_lines()
{
    while (state_ == state::more) {
        auto const end = text_.find('\n', scanned_);
        if (end == std::string::npos) {
            scanned_ = text_.size();
            return;
        }
        auto const begin = line_;
        line_ = scanned_ = end + 1;
        bool const crlf = end > begin && text_[end - 1] == '\r';
        take_line(begin, crlf ? end - 1 : end);
    }
}

void output_head::take_line(std::size_t begin, std::size_t end)
{
    auto const line = std::string_view(text_).substr(begin, end - begin);
    if (line.empty())
        return complete();
    if (http::is_ows(line.front()))
        return refuse("a line of its header begins with white space (RFC 3875 has no folded lines)");
    auto const colon = line.find(':');
    if (colon == std::string_view::npos)
        return refuse("a line of its header has no colon");
    if (colon == 0 || !http::all_are(line.substr(0, colon), http::token_char))
        return refuse("the name of a field in its header has characters that are not allowed there");
    auto const value = http::trim_ows(line.substr(colon + 1));
    if (!http::all_are(value, http::value_char))
        return refuse("the value of a field in its header has control characters");
    auto const value_offset = value.empty() ? end : static_cast<std::size_t>(value.data() - text_.data());
    take_field({begin, colon}, {value_offset, value.size()});
}

void output_head::take_field(slice name, slice value)
{
    auto const is = [text = view(name)](std::string_view wanted) {
        return http::equals_ignoring_case(text, wanted);
    };
    if (is("content-type"))
        return take_once(content_type_, value, "its header has Content-Type twice");
    if (is("status"))
        return take_once(status_text_, value, "its header has Status twice");
    if (is("location"))
        return take_once(location_, value, "its header has Location twice");
    if (is("content-length"))
        return take_length(value);
    if (is("transfer-encoding"))
        return refuse("its header has Transfer-Encoding, which is the server's to choose");
    if (is_of_the_connection(view(name)))
        return;
    if (others_.size() == max_fields)
        return refuse("its header has too many fields");
    others_.push_back({name, value});
}

void output_head::take_once(slice& into, slice value, std::string_view twice)
{
    if (into.present())
        return refuse(twice);
    into = value;
}

void output_head::take_length(slice value)
{
    take_once(length_text_, value, "its header has Content-Length twice");
    auto const digits = view(value);
    std::uint64_t length = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
        return refuse("its Content-Length is not a number");
    content_length_ = length;
}

// "404", "404 Not Found"; RFC 3875 section 6.3.3.
void output_head::parse_status()
{
    auto const text = view(status_text_);
    auto const digits = text.substr(0, 3);
    bool const valid =
        digits.size() == 3 && http::all_are(digits, http::digit_char) && (text.size() == 3 || text[3] == ' ');
    if (!valid)
        return refuse("its Status does not begin with a three-digit code");
    status_ =
        static_cast<std::uint16_t>((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
    if (status_ < 200 || status_ > 599)
        return refuse("its Status is no final status code (200 to 599)");
    reason_ = http::trim_ows(text.substr(3));
}

void output_head::complete()
{
    if (!content_type_.present() && !status_text_.present() && !location_.present())
        return refuse("its header has none of Content-Type, Status and Location");
    if (status_text_.present()) {
        parse_status();
        if (state_ == state::bad)
            return;
    }
    if (location_.present()) {
        auto const where = location();
        if (where.empty())
            return refuse("its Location is empty");
        // "//host/path" names another server, though it begins with a slash. With a Status it is not left to
        // the server what to make of it: scripts say "Status: 303" and a path, and mean the client.
        // A fragment is for the client alone to follow.
        bool const is_path =
            where.front() == '/' && !where.starts_with("//") && where.find('#') == std::string_view::npos;
        if (is_path && !status_text_.present()) {
            if (!http::all_are(where, http::target_char))
                return refuse("its local Location has characters that are not allowed in a path");
            kind_ = kind::local_redirect;
        } else if (!status_text_.present() || (status_ >= 300 && status_ <= 399)) {
            kind_ = kind::client_redirect;
            if (!status_text_.present())
                status_ = 302;
        }
    }
    state_ = state::complete;
}

bool output_head::has_other(std::string_view name) const noexcept
{
    return std::ranges::any_of(
        others_, [&](auto const& one) { return http::equals_ignoring_case(view(one.name), name); });
}

} // namespace polyport::cgi
