// SPDX-License-Identifier: BSL-1.0
// The size of the representation in the first two bytes, then the field.
#include "services/http/byte_range.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

using namespace polyport::http;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size < 2)
        return 0;
    // 65535 stands for the largest there is.
    std::uint64_t const small = data[0] + 256ULL * data[1];
    std::uint64_t const length = small == 65535 ? UINT64_MAX : small;
    std::string_view const field(reinterpret_cast<char const*>(data) + 2, size - 2);
    std::vector<byte_range> ranges;
    range_verdict const verdict = parse_ranges(field, length, 16, ranges);
    require((verdict == range_verdict::partial) == !ranges.empty());
    require(ranges.size() <= 16);
    std::uint64_t total = 0;
    for (byte_range const range : ranges) {
        require(range.first <= range.last && range.last < length);
        total += range.size();
    }
    require(total <= length);
    std::sort(ranges.begin(), ranges.end(), [](byte_range a, byte_range b) { return a.first < b.first; });
    for (std::size_t i = 1; i < ranges.size(); ++i)
        require(ranges[i].first > ranges[i - 1].last + 1);
    return 0;
}
