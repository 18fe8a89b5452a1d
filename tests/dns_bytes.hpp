// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace polyport::test {

/// A number of two bytes, as DNS sends it (RFC 1035, section 2.3.2).
inline std::string dns_number(std::size_t value)
{
    return {static_cast<char>(value >> 8U & 0xFFU), static_cast<char>(value & 0xFFU)};
}

/// A name as its labels, each after its length (RFC 1035, section 3.1); made apart from what is tested.
inline std::string dns_labels(std::string_view name)
{
    std::string made;
    while (!name.empty()) {
        auto const label = name.substr(0, name.find('.'));
        made += static_cast<char>(label.size());
        made += label;
        name.remove_prefix(std::min(label.size() + 1, name.size()));
    }
    return made + '\0';
}

} // namespace polyport::test
