// SPDX-License-Identifier: BSL-1.0
#include "services/http/byte_range.hpp"

#include "services/http/characters.hpp"
#include "services/http/list.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace polyport::http {
namespace {

/// One or more digits. A number that does not fit is still a number: it counts as the largest.
std::optional<std::uint64_t> parse_position(std::string_view text) noexcept
{
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    if (text.empty() || !all_are(text, digit_char))
        return std::nullopt;
    std::uint64_t value = 0;
    for (char const c : text) {
        auto const digit = static_cast<unsigned>(c - '0');
        value = value > (largest - digit) / 10 ? largest : value * 10 + digit;
        if (value == largest)
            break;
    }
    return value;
}

enum class spec : std::uint8_t { good, beyond, whole, malformed };

spec parse_spec(std::string_view text, std::uint64_t size, byte_range& range) noexcept
{
    std::size_t const dash = text.find('-');
    if (dash == std::string_view::npos)
        return spec::malformed;
    auto const last = parse_position(text.substr(dash + 1));
    if (dash == 0) { // suffix-range
        if (!last)
            return spec::malformed;
        if (*last == 0)
            return spec::beyond;
        if (size == 0) // satisfiable, but no Content-Range could say what of it
            return spec::whole;
        range = {size - std::min(*last, size), size - 1};
        return spec::good;
    }
    auto const first = parse_position(text.substr(0, dash));
    bool const open = dash + 1 == text.size();
    if (!first || (!open && (!last || *last < *first)))
        return spec::malformed;
    if (*first >= size)
        return spec::beyond;
    range = {*first, open ? size - 1 : std::min(*last, size - 1)};
    return spec::good;
}

bool touch(byte_range a, byte_range b) noexcept
{
    // No last is the largest number: it is below a size.
    return a.first <= b.last + 1 && b.first <= a.last + 1;
}

void merge_in(std::vector<byte_range>& ranges, byte_range range)
{
    std::size_t place = ranges.size();
    for (std::size_t i = 0; i < ranges.size();) {
        if (!touch(ranges[i], range)) {
            ++i;
            continue;
        }
        range = {std::min(range.first, ranges[i].first), std::max(range.last, ranges[i].last)};
        place = std::min(place, i);
        ranges.erase(ranges.begin() + static_cast<std::ptrdiff_t>(i));
        i = 0; // it has grown, and may touch an earlier one now
    }
    place = std::min(place, ranges.size());
    ranges.insert(ranges.begin() + static_cast<std::ptrdiff_t>(place), range);
}

} // namespace

range_verdict parse_ranges(std::string_view field, std::uint64_t size, std::size_t max_ranges,
                           std::vector<byte_range>& out)
{
    out.clear();
    std::size_t const equals = field.find('=');
    if (equals == std::string_view::npos || !equals_ignoring_case(field.substr(0, equals), "bytes"))
        return range_verdict::whole;
    std::string_view rest = field.substr(equals + 1);
    std::string_view element;
    std::size_t count = 0;
    bool whole = false;
    while (next_element(rest, element)) {
        byte_range range;
        spec const what = parse_spec(element, size, range);
        if (what == spec::malformed || ++count > max_ranges) {
            out.clear();
            return range_verdict::whole;
        }
        whole = whole || what == spec::whole;
        if (what == spec::good)
            merge_in(out, range);
    }
    if (count == 0 || whole)
        return range_verdict::whole;
    return out.empty() ? range_verdict::unsatisfiable : range_verdict::partial;
}

std::string content_range(byte_range range, std::uint64_t size)
{
    return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
           std::to_string(size);
}

std::string unsatisfied_range(std::uint64_t size)
{
    return "bytes */" + std::to_string(size);
}

multipart_ranges::multipart_ranges(std::string boundary, std::string content_type, std::uint64_t size,
                                   std::vector<byte_range> ranges)
    : boundary_(std::move(boundary)), type_(std::move(content_type)), size_(size), ranges_(std::move(ranges))
{
}

std::string multipart_ranges::content_type() const
{
    return "multipart/byteranges; boundary=" + boundary_;
}

std::string multipart_ranges::part_head(std::size_t index) const
{
    return (index == 0 ? "--" : "\r\n--") + boundary_ + "\r\nContent-Type: " + type_ +
           "\r\nContent-Range: " + content_range(ranges_[index], size_) + "\r\n\r\n";
}

std::string multipart_ranges::tail() const
{
    return "\r\n--" + boundary_ + "--\r\n";
}

std::uint64_t multipart_ranges::total_size() const
{
    std::uint64_t total = tail().size();
    for (std::size_t i = 0; i < ranges_.size(); ++i)
        total += part_head(i).size() + ranges_[i].size();
    return total;
}

} // namespace polyport::http
