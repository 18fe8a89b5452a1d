// SPDX-License-Identifier: BSL-1.0
#include "client/line_splitter.hpp"

namespace polyport::client {

std::optional<line> line_splitter::next()
{
    std::size_t const length = held_.size() - begin_;
    auto const newline = std::string_view(held_).substr(begin_, limit_).find('\n');
    if (newline != std::string_view::npos)
        return take(newline + 1, true);
    if (length >= limit_)
        return take(limit_, false);
    held_.erase(0, begin_);
    begin_ = 0;
    return std::nullopt;
}

std::optional<line> line_splitter::rest()
{
    if (held_.size() == begin_)
        return std::nullopt;
    return take(held_.size() - begin_, true);
}

line line_splitter::take(std::size_t length, bool last)
{
    line one{held_.substr(begin_, length), !inside_, last};
    begin_ += length;
    inside_ = !last;
    return one;
}

std::string_view without_line_end(std::string_view text) noexcept
{
    if (!text.ends_with('\n'))
        return text;
    text.remove_suffix(1);
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

bool is_farewell(line const& one) noexcept
{
    std::string_view const word = without_line_end(one.text);
    return one.first && one.last && (word == "q" || word == "exit");
}

} // namespace polyport::client
