// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::http {

/// Bytes first to last, both included: never empty.
struct byte_range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    std::uint64_t size() const noexcept { return last - first + 1; }
    friend bool operator==(byte_range const&, byte_range const&) = default;
};

enum class range_verdict : std::uint8_t {
    whole,         ///< as if there were no Range
    partial,       ///< 206 with what is in the list: one or several that neither overlap nor touch
    unsatisfiable, ///< 416
};

/// Reads a Range field for a representation of `size` bytes (RFC 9110 sections 14.1.1, 14.1.2 and 14.2).
/// Another unit, whatever does not fit the grammar, and more than max_ranges ranges are ignored. Ranges that
/// overlap or touch become one (section 15.3.7.2), in the place of the first of them; others keep their
/// order, and those behind the end drop out. `out` is overwritten.
range_verdict parse_ranges(std::string_view field, std::uint64_t size, std::size_t max_ranges,
                           std::vector<byte_range>& out);

/// `bytes 0-9/100`, for Content-Range with 206.
std::string content_range(byte_range range, std::uint64_t size);
/// `bytes */100`, for Content-Range with 416.
std::string unsatisfied_range(std::uint64_t size);

/// Frames several ranges as multipart/byteranges (RFC 9110 section 14.6): the body is part_head(0), bytes of
/// the first range, part_head(1), …, tail().
class multipart_ranges {
public:
    /// boundary: 1 to 70 letters and digits that the bytes do not hold: take enough of them at random.
    multipart_ranges(std::string boundary, std::string content_type, std::uint64_t size,
                     std::vector<byte_range> ranges);

    std::vector<byte_range> const& ranges() const noexcept { return ranges_; }
    std::string content_type() const;
    std::string part_head(std::size_t index) const;
    std::string tail() const;
    /// Content-Length of the whole: heads, ranges and tail.
    std::uint64_t total_size() const;

private:
    std::string boundary_;
    std::string type_;
    std::uint64_t size_;
    std::vector<byte_range> ranges_;
};

} // namespace polyport::http
