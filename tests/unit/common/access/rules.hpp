// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::test {

inline std::array<known_service, 3> const services{
    known_service{"tcp-uppercase", false}, known_service{"local-stream", false}, known_service{"http", true}};

/// Rules as a file `conf` would have them, one a line.
inline std::vector<access_rule> rules(std::vector<std::string> const& texts)
{
    std::vector<access_rule> made;
    for (auto const& text : texts) {
        made.push_back(parse_access_rule(text, services).value());
        made.back().origin = "conf:" + std::to_string(made.size());
    }
    return made;
}

} // namespace polyport::test
