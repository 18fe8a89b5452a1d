// SPDX-License-Identifier: BSL-1.0
#include "common/config_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// The entry as a line that must be read as the same again.
std::string written(polyport::config_entry const& entry)
{
    std::string line = entry.name + " = \"";
    for (char const c : entry.value) {
        if (c == '"' || c == '\\')
            line += '\\';
        line += c;
    }
    return line + "\"";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using namespace polyport;
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    auto const read = parse_config_text(text);
    auto const lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;

    require(read.entries.size() + read.problems.size() <= lines + 1);
    require(read.problems.size() <= max_config_problems + 1);
    std::size_t last = 0;
    for (auto const& entry : read.entries) {
        require(entry.line > last && entry.line <= lines);
        last = entry.line;
        require(!entry.name.empty() &&
                entry.value.find_first_of(std::string_view("\0\n\r", 3)) == std::string::npos);
        std::string const line = written(entry);
        if (line.size() > max_config_line) // the escapes have made it too long
            continue;
        auto const again = parse_config_text(line);
        require(again.problems.empty() && again.entries.size() == 1);
        require(again.entries[0].name == entry.name && again.entries[0].value == entry.value);
    }
    for (auto const& bad : read.problems)
        require(!bad.text.empty() && bad.text.find('\n') == std::string::npos && bad.line <= lines);
    return 0;
}
