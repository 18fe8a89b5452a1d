// SPDX-License-Identifier: BSL-1.0
#include "client/admin/event_reader.hpp"

#include <algorithm>

namespace polyport::client {
namespace {

void take_line(event_text& into, std::string_view line)
{
    // Not find(): GCC 12 at -O2 takes its length for larger than any object.
    auto const colon = static_cast<std::size_t>(std::ranges::find(line, ':') - line.begin());
    auto const name = line.substr(0, colon);
    auto value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "event")
        into.name = value;
    else if (name == "data")
        into.data.append(into.data.empty() ? "" : "\n").append(value);
}

} // namespace

std::optional<event_text> event_reader::next()
{
    for (auto end = held_.find("\n\n"); end != std::string::npos; end = held_.find("\n\n")) {
        event_text made;
        auto block = std::string_view(held_).substr(0, end);
        while (!block.empty()) {
            auto const line_end = std::min(block.find('\n'), block.size());
            take_line(made, block.substr(0, line_end));
            block.remove_prefix(std::min(line_end + 1, block.size()));
        }
        held_.erase(0, end + 2);
        if (!made.data.empty())
            return made;
    }
    return std::nullopt;
}

} // namespace polyport::client
