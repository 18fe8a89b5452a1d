// SPDX-License-Identifier: BSL-1.0
#include "services/http/chunked_decoder.hpp"

#include "services/http/characters.hpp"

#include <algorithm>

namespace polyport::http {

namespace {

constexpr unsigned max_size_digits = 16;

} // namespace

chunked_decoder::state chunked_decoder::now() const noexcept
{
    if (at_ == at::done)
        return state::done;
    return at_ == at::failed ? state::failed : state::more;
}

chunked_decoder::step chunked_decoder::feed(std::string_view input) noexcept
{
    std::size_t i = 0;
    while (i < input.size() && at_ != at::done && at_ != at::failed) {
        if (at_ != at::data) {
            at_ = take(input[i]);
            ++i;
            continue;
        }
        auto const run = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - i));
        left_ -= run;
        if (left_ == 0)
            at_ = at::data_cr;
        return {i + run, input.substr(i, run)};
    }
    return {i, {}};
}

chunked_decoder::at chunked_decoder::fail(std::string_view reason, status code) noexcept
{
    reason_ = reason;
    code_ = code;
    return at::failed;
}

/// RFC 9112 section 7.1: CRLF behind the size, the data and the last chunk. Section 2.2 lets a bare LF pass
/// as a line end of a head, and of nothing else; a bare CR never.
chunked_decoder::at chunked_decoder::take(char c) noexcept
{
    switch (at_) {
    case at::size_first:
    case at::size:
        return take_size(c);
    case at::size_lf:
        return c == '\n' ? end_of_size() : fail("a bare CR behind a chunk size");
    case at::data_cr:
        return c == '\r' ? at::data_lf : fail("a chunk is longer than its size");
    case at::data_lf:
        return c == '\n' ? at::size_first : fail("a bare CR behind a chunk");
    case at::final_lf:
        return c == '\n' ? at::done : fail("a bare CR behind the last chunk");
    case at::trailer_first:
    case at::trailer_name:
    case at::trailer_value:
    case at::trailer_lf:
        return take_trailer(c);
    default:
        return take_extension(c);
    }
}

/// RFC 9112 section 7.1: chunk-size = 1*HEXDIG, and "recipients MUST anticipate potentially large hexadecimal
/// numerals and prevent parsing errors due to integer conversion overflows": hence the limit on digits. No
/// sign, no "0x", no white space in front, since others may read such a number differently.
chunked_decoder::at chunked_decoder::take_size(char c) noexcept
{
    int const digit = hex_value(c);
    if (digit >= 0) {
        if (at_ == at::size_first) {
            left_ = 0;
            digits_ = 0;
            chunk_extension_ = 0;
        }
        if (++digits_ > max_size_digits)
            return fail("a chunk size has too many digits");
        left_ = left_ << 4U | static_cast<unsigned>(digit);
        return at::size;
    }
    if (at_ == at::size_first)
        return fail("a chunk size is not a hexadecimal number");
    if (c == '\r')
        return at::size_lf;
    if (c == '\n')
        return fail("a chunk size ends in a bare LF");
    if (c == ';' || is_ows(c)) {
        at_ = at::extension_space;
        return take_extension(c);
    }
    return fail("a chunk size is not a hexadecimal number");
}

chunked_decoder::at chunked_decoder::end_of_size() noexcept
{
    if (left_ == 0)
        return at::trailer_first;
    // RFC 9110 section 15.5.14. total_ never passes the limit, so the difference cannot wrap.
    if (left_ > limits_.body_bytes - total_)
        return fail("the body is larger than allowed", status::content_too_large);
    total_ += left_;
    return at::data;
}

/// RFC 9112 section 7.1.1: "a recipient MUST ignore unrecognized chunk extensions" and "ought to limit the
/// total length". BWS (RFC 9110 section 5.6.3) is read, a CR or LF within a quoted string is not. chunk-ext =
/// *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
chunked_decoder::at chunked_decoder::take_extension(char c) noexcept
{
    if (c == '\r') {
        bool const complete =
            at_ == at::extension_name || at_ == at::extension_token || at_ == at::extension_after_quoted;
        return complete ? at::size_lf : fail("a chunk extension is invalid");
    }
    if (++chunk_extension_ > limits_.chunk_extension_bytes || ++extensions_ > limits_.extension_bytes)
        return fail("chunk extensions are too long");
    switch (at_) {
    case at::extension_space:
        if (c == ';')
            return at::extension_semicolon;
        return is_ows(c) ? at_ : fail("a chunk size is not a hexadecimal number");
    case at::extension_semicolon:
        if (is_ows(c))
            return at_;
        return is_a(c, token_char) ? at::extension_name : fail("a chunk extension is invalid");
    case at::extension_name:
    case at::extension_name_space:
        if (c == '=')
            return at::extension_equals;
        if (c == ';')
            return at::extension_semicolon;
        if (is_ows(c))
            return at::extension_name_space;
        return at_ == at::extension_name && is_a(c, token_char) ? at_ : fail("a chunk extension is invalid");
    case at::extension_equals:
        if (is_ows(c))
            return at_;
        if (c == '"')
            return at::extension_quoted;
        return is_a(c, token_char) ? at::extension_token : fail("a chunk extension is invalid");
    case at::extension_token:
    case at::extension_after_quoted:
        if (c == ';')
            return at::extension_semicolon;
        if (is_ows(c))
            return at::extension_space;
        return at_ == at::extension_token && is_a(c, token_char) ? at_ : fail("a chunk extension is invalid");
    case at::extension_quoted:
        if (c == '"')
            return at::extension_after_quoted;
        if (c == '\\')
            return at::extension_escape;
        return is_a(c, value_char) ? at_ : fail("a chunk extension is invalid");
    default: // extension_escape
        return is_a(c, value_char) ? at::extension_quoted : fail("a chunk extension is invalid");
    }
}

/// Field lines as in the head of a request (RFC 9112 sections 5 and 7.1.2), up to an empty line: no white
/// space before the colon (5.1), no folding (5.2), no control bytes (RFC 9110 section 5.5); 431 as of RFC
/// 6585 section 5.
chunked_decoder::at chunked_decoder::take_trailer(char c) noexcept
{
    if (++trailer_ > limits_.trailer_bytes)
        return fail("the trailer section is too large", status::header_fields_too_large);
    switch (at_) {
    case at::trailer_first:
        if (c == '\r')
            return at::final_lf;
        return is_a(c, token_char) ? at::trailer_name : fail("a trailer field is invalid");
    case at::trailer_name:
        if (c == ':')
            return at::trailer_value;
        return is_a(c, token_char) ? at_ : fail("a trailer field is invalid");
    case at::trailer_value:
        if (c == '\r')
            return at::trailer_lf;
        return is_a(c, value_char) ? at_ : fail("a control character in a trailer field");
    default: // trailer_lf
        return c == '\n' ? at::trailer_first : fail("a bare CR in a trailer field");
    }
}

} // namespace polyport::http
