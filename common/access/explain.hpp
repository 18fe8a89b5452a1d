// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule_set.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyport {

/// What --explain asks: `SERVICE [PATH] FACT…`.
struct access_question {
    known_service service;
    bool is_request = false;
    std::string host;
    std::string path;
    access_facts facts; ///< views into `name` and `user`
    std::string name;
    std::string user;
    std::vector<std::string> groups;
    std::string text;
};

/// `http /private/x 192.0.2.7 user:alice group:staff host.example.org`, `local-stream unix:uid=1000`. What is
/// left out is not known. The problem is a sentence such as option_values.hpp returns.
checked<access_question> parse_access_question(std::string_view text,
                                               std::span<known_service const> services);

/// Which rule decides, and why each one before it does not; several lines. Goes through the rules one by one,
/// as they are written: slow, and not what a running daemon does, which tests compare with it.
struct access_explanation {
    access_verdict verdict;
    std::string text;
};
access_explanation explain_access(access_question const& question, std::span<access_rule const> rules,
                                  bool default_allow, satisfy_mode satisfy);

} // namespace polyport
