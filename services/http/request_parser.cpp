// SPDX-License-Identifier: BSL-1.0
// Written by hand and not on top of Beast's parser: the head is on the hot path of every request, and the
// strictness wanted here would have needed a second pass over the bytes in front of it.
#include "services/http/request_parser.hpp"

#include "services/http/authority.hpp"
#include "services/http/characters.hpp"
#include "services/http/message_framing.hpp"
#include "services/http/request_cursor.hpp"
#include "services/http/request_scan.hpp"
#include "services/http/request_target.hpp"

#include <algorithm>

namespace polyport::http {
namespace {

constexpr std::size_t max_method_bytes = 32;
constexpr unsigned max_blank_lines = 2;

/// Fields that are no lists: a second one leaves open which of them counts, and two programs in a row may
/// choose differently (RFC 9110 section 5.3).
constexpr std::uint32_t only_once = [] {
    std::uint32_t bits = 0;
    for (auto const id :
         {known_field::authorization, known_field::content_length, known_field::content_type,
          known_field::host, known_field::if_modified_since, known_field::if_range,
          known_field::if_unmodified_since, known_field::range, known_field::transfer_encoding})
        bits |= 1U << static_cast<unsigned>(id);
    return bits;
}();

} // namespace

/// One call of parse_head().
class head_parser : private request_cursor {
public:
    head_parser(std::string_view input, head_limits const& limits, request_head& head) noexcept
        : request_cursor(input.substr(0, limits.head_bytes)), begin_(input.data()),
          at_limit_(input.size() >= limits.head_bytes), limits_(limits), head_(head)
    {
        head_.base_ = input.data();
    }

    parse_result run() noexcept
    {
        // A line that is still without its end is not parsed again for each byte that comes.
        if (head_.scanned_ > head_.line_ && !at_limit_ && !line_too_long() &&
            skip_value(begin_ + head_.scanned_, end_) == end_)
            return incomplete();
        p_ = begin_ + head_.line_;
        while (true) {
            step const next = head_.in_fields_ ? take_field_line() : take_request_line();
            switch (next) {
            case step::next_line:
                head_.line_ = offset(p_);
                break;
            case step::more:
                return incomplete();
            case step::refused:
                return refusal_;
            case step::end:
                return finish() == step::end ? complete() : refusal_;
            }
        }
    }

private:
    using slice = request_head::slice;

    std::uint32_t offset(char const* p) const noexcept { return static_cast<std::uint32_t>(p - begin_); }
    slice between(char const* first, char const* last) const noexcept
    {
        return {offset(first), static_cast<std::uint32_t>(last - first)};
    }

    slice locate(std::string_view part) const noexcept
    {
        return part.empty() ? slice() : between(part.data(), part.data() + part.size());
    }
    /// Whether take_request_line() would refuse the pending line for its length alone.
    bool line_too_long() const noexcept
    {
        return !head_.in_fields_ &&
               static_cast<std::size_t>(end_ - begin_) - head_.line_ > limits_.target_bytes;
    }

    parse_result incomplete() noexcept
    {
        if (at_limit_) {
            if (head_.in_fields_)
                refuse(status::header_fields_too_large, "the head of the request is too large");
            else
                refuse(status::uri_too_long, "the request line is too long");
            return refusal_;
        }
        // A CR at the end has yet to show what follows it.
        head_.scanned_ = offset(end_) - (end_ != begin_ && end_[-1] == '\r' ? 1U : 0U);
        return {};
    }

    /// RFC 9112 section 3: method SP request-target SP HTTP-version, one space each.
    step take_request_line() noexcept
    {
        char const* const line = p_;
        if (p_ == end_)
            return step::more;
        if (*p_ == '\r' || *p_ == '\n') {
            // RFC 9112 section 2.2: ignore at least one empty line before the request line.
            step const result = take_line_end({});
            if (result == step::next_line && ++head_.blank_lines_ > max_blank_lines)
                return refuse("empty lines instead of a request");
            return result;
        }
        if (*p_ == '\x16')
            return refuse("a TLS handshake where plain HTTP is spoken");

        p_ = skip(p_, at_most(max_method_bytes + 1), token_char);
        if (p_ - line > static_cast<std::ptrdiff_t>(max_method_bytes))
            return refuse(status::not_implemented, "the method is too long"); // RFC 9112 section 3
        if (p_ == end_)
            return step::more;
        if (*p_ != ' ' || p_ == line)
            return refuse("the request line does not begin with a method and one space");
        head_.method_text_ = between(line, p_);
        head_.method_ = find_method(head_.method_text());

        char const* const target = ++p_;
        p_ = skip(p_, at_most(limits_.target_bytes + 1), target_char);
        if (static_cast<std::size_t>(p_ - target) > limits_.target_bytes)
            return refuse(status::uri_too_long, "the request target is too long"); // RFC 9112 section 3
        if (p_ == end_)
            return step::more;
        if (p_ == target)
            return refuse("no request target, or more than one space in front of it");
        if (*p_ == '\r' || *p_ == '\n')
            return refuse("a request line without a version (HTTP/0.9)");
        if (*p_ != ' ')
            return refuse("a byte in the request target that must be percent-encoded");
        head_.target_ = between(target, p_);

        char const* const version = ++p_;
        if (step const result = take_version(); result != step::next_line)
            return result;
        char const* const line_end = p_;
        if (step const result = take_line_end("something follows the version"); result != step::next_line)
            return result;
        if (version[5] != '1')
            return refuse(status::version_not_supported, "only HTTP/1.0 and HTTP/1.1 are spoken");
        head_.request_line_ = between(line, line_end);
        head_.minor_version_ = version[7] == '0' ? 0 : 1;
        head_.in_fields_ = true;
        return take_target_form();
    }

    step take_target_form() noexcept
    {
        classified_target const result = classify_target(head_.method_, head_.target());
        if (result.refused)
            return refuse(result.code, result.reason);
        head_.form_ = result.form;
        head_.authority_ = locate(result.authority);
        head_.path_and_query_ = locate(result.path_and_query);
        return step::next_line;
    }

    /// RFC 9112 section 5: field-name ":" OWS field-value OWS.
    step take_field_line() noexcept
    {
        char const* const line = p_;
        if (p_ == end_)
            return step::more;
        if (*p_ == '\r' || *p_ == '\n') {
            step const result = take_line_end({});
            return result == step::next_line ? step::end : result;
        }
        if (is_ows(*p_)) {
            if (head_.field_count_ == 0)
                return refuse("white space between the request line and the fields"); // section 2.2
            return refuse("a folded field line");                                     // section 5.2
        }
        p_ = skip(p_, at_most(request_head::max_name_bytes + 1), token_char);
        if (p_ - line > static_cast<std::ptrdiff_t>(request_head::max_name_bytes))
            return refuse(status::header_fields_too_large, "the name of a field is too long");
        if (p_ == end_)
            return step::more;
        if (*p_ != ':' || p_ == line) {
            if (is_ows(*p_))
                return refuse("white space in front of the colon"); // section 5.1
            return refuse("a field line without a valid name and colon");
        }
        slice const name = between(line, p_);
        ++p_;
        while (p_ != end_ && is_ows(*p_))
            ++p_;
        char const* const value = p_;
        p_ = skip_value(p_, end_);
        char const* last = p_;
        step const result = take_line_end("a control character in a field"); // RFC 9110 section 5.5
        if (result != step::next_line)
            return result;
        while (last != value && is_ows(last[-1]))
            --last;
        return store(name, between(value, last));
    }

    step store(slice name, slice value) noexcept
    {
        std::size_t const index = head_.field_count_;
        if (index >= std::min(limits_.fields, request_head::max_fields))
            return refuse(status::header_fields_too_large, "too many fields");
        known_field const id = find_known_field(head_.view(name));
        head_.fields_[index] = {name.offset, value.offset, value.size, static_cast<std::uint16_t>(name.size),
                                id};
        ++head_.field_count_;
        if (id == known_field::other)
            return step::next_line;
        std::uint8_t& first = head_.known_[static_cast<std::size_t>(id)];
        if (first == 0) {
            first = head_.field_count_;
            return step::next_line;
        }
        std::uint32_t const bit = 1U << static_cast<unsigned>(id);
        if ((only_once & bit) != 0)
            return refuse("a field that may come only once comes twice");
        head_.repeated_ |= bit;
        return step::next_line;
    }

    /// What only the whole head can tell.
    step finish() noexcept
    {
        head_.line_ = offset(p_);
        if (head_.has(known_field::host)) {
            std::string_view const host = head_.value(known_field::host);
            if (!parse_authority(host))
                return refuse("the Host field is invalid"); // RFC 9112 section 3.2
            if (head_.authority_.size == 0) // section 3.2.2: with an absolute target, Host is ignored
                head_.authority_ = locate(host);
        } else if (head_.minor_version_ != 0) {
            return refuse("an HTTP/1.1 request without Host"); // RFC 9112 section 3.2
        }
        message_framing const framing = decide_framing(head_, limits_.body_bytes);
        if (framing.refused)
            return refuse(framing.code, framing.reason);
        head_.framing_ = framing.body;
        head_.keep_alive_ = wants_keep_alive(head_);
        if (head_.has(known_field::expect) && !only_continue_expected(head_))
            return refuse(status::expectation_failed, "an expectation other than 100-continue");
        // RFC 9110 section 10.1.1: ignored in HTTP/1.0; and without a body to come nobody waits for an
        // answer.
        bool const has_body = framing.body.how == body_framing::kind::chunked || framing.body.length != 0;
        head_.expects_continue_ = head_.has(known_field::expect) && head_.minor_version_ != 0 && has_body;
        return step::end;
    }

    parse_result complete() const noexcept
    {
        return {parse_result::kind::complete, head_.line_, status::ok, {}};
    }

    char const* begin_;
    bool at_limit_;
    head_limits const& limits_;
    request_head& head_;
};

parse_result parse_head(std::string_view input, head_limits const& limits, request_head& head) noexcept
{
    return head_parser(input, limits, head).run();
}

} // namespace polyport::http
