// SPDX-License-Identifier: BSL-1.0
#include "common/access/rate.hpp"

#include "common/option_values.hpp"
#include "common/quoted.hpp"

#include <algorithm>

namespace polyport {
namespace {

constexpr std::uint32_t most = 1'000'000;

problem wrong(std::string_view text)
{
    return problem{quoted(text) +
                   " is not a rate: write 10/s, 600/m or 100/h, and 10/s:50 if 50 may come at once; "
                   "up to 1000000 of each"};
}

} // namespace

checked<rate> parse_rate(std::string_view text)
{
    if (text == "0")
        return rate{};
    auto const slash = text.find('/');
    if (slash == std::string_view::npos)
        return wrong(text);
    auto const count = parse_number<std::uint32_t>(text.substr(0, slash), 1, most);
    auto rest = text.substr(slash + 1);
    auto const colon = rest.find(':');
    auto const unit = rest.substr(0, colon);
    std::chrono::nanoseconds const time = unit == "s"   ? std::chrono::seconds(1)
                                          : unit == "m" ? std::chrono::minutes(1)
                                          : unit == "h" ? std::chrono::nanoseconds(std::chrono::hours(1))
                                                        : std::chrono::nanoseconds(0);
    if (!count || time.count() == 0)
        return wrong(text);
    rate made;
    made.interval = time / *count;
    if (colon == std::string_view::npos) {
        made.burst = std::max(1U, static_cast<std::uint32_t>(std::chrono::seconds(1) / made.interval));
        return made;
    }
    auto const burst = parse_number<std::uint32_t>(rest.substr(colon + 1), 1, most);
    if (!burst)
        return wrong(text);
    made.burst = *burst;
    return made;
}

} // namespace polyport
