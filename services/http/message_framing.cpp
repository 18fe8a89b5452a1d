// SPDX-License-Identifier: BSL-1.0
#include "services/http/message_framing.hpp"

#include "services/http/characters.hpp"
#include "services/http/list.hpp"

#include <limits>

namespace polyport::http {
namespace {

message_framing refuse(std::string_view reason, status code = status::bad_request) noexcept
{
    return {{}, true, code, reason};
}

message_framing frame_by_coding(request_head const& head) noexcept
{
    if (head.minor_version() == 0) // RFC 9112 section 6.1: faulty framing
        return refuse("Transfer-Encoding in an HTTP/1.0 request");
    if (head.has(known_field::content_length)) // section 6.3 item 3: ought to be handled as an error
        return refuse("Content-Length and Transfer-Encoding in one request");
    std::string_view rest = head.value(known_field::transfer_encoding);
    if (equals_ignoring_case(rest, "chunked"))
        return {{body_framing::kind::chunked, 0}, false, status::ok, {}};
    // From here on everything is refused; only the code remains to be found. An empty element is none of the
    // codings, although section 5.6.1.2 of RFC 9110 would let it pass: ",chunked" is known from attacks.
    bool chunked = false;
    bool known = true;
    std::string_view element;
    while (next_element(rest, element)) {
        if (chunked)
            return refuse("chunked is not the last transfer coding, or is there twice"); // section 6.1
        std::string_view const name = trim_ows(element.substr(0, element.find(';')));
        if (!all_are(name, token_char))
            return refuse("the Transfer-Encoding field is invalid");
        chunked = equals_ignoring_case(name, "chunked");
        if (chunked && name.size() != element.size())
            return refuse("chunked takes no parameters"); // section 7.1
        known = known && chunked;
    }
    if (!chunked) // section 6.3 item 4: the length cannot be determined
        return refuse("chunked is not the last transfer coding");
    if (!known) // section 6.1
        return refuse("a transfer coding that is not implemented", status::not_implemented);
    return refuse("the Transfer-Encoding field is invalid");
}

} // namespace

message_framing decide_framing(request_head const& head, std::uint64_t max_body) noexcept
{
    if (head.has(known_field::transfer_encoding))
        return frame_by_coding(head);
    if (!head.has(known_field::content_length))
        return {};
    // RFC 9110 section 8.6: 1*DIGIT. A list of equal numbers may be accepted there; it is refused here.
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    std::string_view const text = head.value(known_field::content_length);
    if (text.empty() || !all_are(text, digit_char))
        return refuse("Content-Length is not one decimal number");
    std::uint64_t length = 0;
    for (char const c : text) {
        auto const digit = static_cast<unsigned>(c - '0');
        if (length > (largest - digit) / 10)
            return refuse("Content-Length is out of range");
        length = length * 10 + digit;
    }
    if (length > max_body)
        return refuse("the body is larger than allowed", status::content_too_large);
    return {{body_framing::kind::length, length}, false, status::ok, {}};
}

bool wants_keep_alive(request_head const& head) noexcept
{
    if (!head.has(known_field::connection))
        return head.minor_version() != 0;
    bool close = false;
    bool keep = false;
    for (std::size_t i = 0; i < head.field_count(); ++i) {
        field_view const field = head.field(i);
        if (field.id != known_field::connection)
            continue;
        close = close || has_token(field.value, "close");
        keep = keep || has_token(field.value, "keep-alive");
    }
    return !close && (keep || head.minor_version() != 0);
}

bool only_continue_expected(request_head const& head) noexcept
{
    for (std::size_t i = 0; i < head.field_count(); ++i) {
        field_view const field = head.field(i);
        if (field.id != known_field::expect)
            continue;
        std::string_view rest = field.value;
        std::string_view element;
        while (next_element(rest, element))
            if (!equals_ignoring_case(element, "100-continue"))
                return false;
    }
    return true;
}

} // namespace polyport::http
