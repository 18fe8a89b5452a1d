// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule.hpp"

#include <span>
#include <string>
#include <vector>

namespace polyport {

/// Looks for rules that cannot do what they seem to: those that are never reached because one before them
/// covers them, or several do together; those that a later one of the same action covers; those that a rule
/// for a wider place overlaps; and those that decide what the default does anyway. One sentence each, which
/// names both lines; at most `most`, and then one that counts the rest.
std::vector<std::string> check_rules(std::span<access_rule const> rules, bool default_allow,
                                     std::size_t most = 50);

} // namespace polyport
