// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule_set.hpp"

#include <functional>
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

/// What a target of a request to a service means; see service_base::place_of().
using place_reader = std::function<checked<url_prefix>(std::string_view service, std::string_view target)>;

/// `http /private/x 192.0.2.7 user:alice group:staff host.example.org`, `local-stream unix:uid=1000`; an
/// address may have a port and brackets, as logs have it. What is left out is not known. The problem is a
/// sentence such as option_values.hpp returns.
checked<access_question> parse_access_question(std::string_view text, std::span<known_service const> services,
                                               place_reader const& place_of);

} // namespace polyport
