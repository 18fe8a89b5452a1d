// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/access_question.hpp"
#include "common/access/rule_set.hpp"

#include <span>
#include <string>

namespace polyport {

/// Which rule decides, and why each one before it does not; several lines. A request is read only if its
/// connection was let in: `at_connection` says that it was not, or that the question is about a connection
/// alone. Goes through the rules one by one,
/// as they are written: slow, and not what a running daemon does, which tests compare with it.
struct access_explanation {
    access_verdict verdict;
    bool at_connection = false;
    std::string text;
};
access_explanation explain_access(access_question const& question, std::span<access_rule const> rules,
                                  bool default_allow, satisfy_mode satisfy);

} // namespace polyport
