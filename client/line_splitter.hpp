// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace polyport::client {

/// A line, or a piece of one that is longer than the limit.
struct line {
    std::string text;  ///< with its line end, if it has one
    bool first = true; ///< the line begins here
    bool last = true;  ///< the line ends here
};

/// Cuts what is read into lines; holds no more than the limit and what was fed last.
class line_splitter {
public:
    explicit line_splitter(std::size_t limit) : limit_(limit) {}

    void feed(std::string_view bytes) { held_ += bytes; }
    /// The next whole line, or a piece of `limit` bytes.
    std::optional<line> next();
    /// At the end of the input: a last line without a line end.
    std::optional<line> rest();

private:
    line take(std::size_t length, bool last);

    std::string held_;
    std::size_t begin_ = 0;
    std::size_t limit_;
    bool inside_ = false; // the piece before was not the end of its line
};

/// The line without its `\n` or `\r\n`.
std::string_view without_line_end(std::string_view text) noexcept;

/// `q` or `exit` alone on the line.
bool is_farewell(line const& one) noexcept;

} // namespace polyport::client
