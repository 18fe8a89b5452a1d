// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/characters.hpp"
#include "services/http/request_parser.hpp"
#include "services/http/status.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polyport::http {

/// Where the parser of a head stands, and those of its steps that need to know no more than that.
class request_cursor {
protected:
    enum class step : std::uint8_t { next_line, more, refused, end };

    explicit request_cursor(std::string_view input) noexcept : p_(input.data()), end_(p_ + input.size()) {}

    /// p_ + size, or the end.
    char const* at_most(std::size_t size) const noexcept
    {
        return p_ + std::min(static_cast<std::size_t>(end_ - p_), size);
    }

    step refuse(status code, std::string_view reason) noexcept
    {
        refusal_ = {parse_result::kind::rejected, 0, code, reason};
        return step::refused;
    }
    step refuse(std::string_view reason) noexcept { return refuse(status::bad_request, reason); }

    /// CRLF at p_. RFC 9112 section 2.2: a bare LF may be taken for a line end, and a bare CR must not pass;
    /// we take neither, since a program in front of us may have seen the line end elsewhere.
    step take_line_end(std::string_view otherwise) noexcept
    {
        if (p_ == end_)
            return step::more;
        if (*p_ == '\n')
            return refuse("a line ends in a bare LF");
        if (*p_ != '\r')
            return refuse(otherwise);
        if (p_ + 1 == end_)
            return step::more;
        if (p_[1] != '\n')
            return refuse("a bare CR");
        p_ += 2;
        return step::next_line;
    }

    /// RFC 9112 section 2.3: "HTTP/" DIGIT "." DIGIT, case-sensitive.
    step take_version() noexcept
    {
        constexpr std::string_view pattern = "HTTP/d.d";
        for (char const expected : pattern) {
            if (p_ == end_)
                return step::more;
            if (expected == 'd' ? !is_a(*p_, digit_char) : *p_ != expected)
                return refuse("the request line has no valid version");
            ++p_;
        }
        return step::next_line;
    }

    char const* p_;
    char const* end_;
    parse_result refusal_;
};

} // namespace polyport::http
