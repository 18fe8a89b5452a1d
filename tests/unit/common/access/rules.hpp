// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/access_question.hpp"
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

/// A question as --explain takes it.
inline checked<access_question> question(std::string_view text)
{
    return parse_access_question(text, services, [](std::string_view, std::string_view target) {
        return parse_url_prefix(target.substr(0, target.find('?')));
    });
}

} // namespace polyport::test
