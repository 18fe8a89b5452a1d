// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/request_head.hpp"
#include "services/http/status.hpp"

#include <string_view>

namespace polyport::http {

struct classified_target {
    bool refused = false;
    status code = status::bad_request; ///< refused
    std::string_view reason;           ///< refused; static storage
    target_form form = target_form::origin;
    std::string_view authority;      ///< views into the target; empty where the form has none
    std::string_view path_and_query; ///< as request_head::path_and_query()
};

/// RFC 9112 section 3.2: which of the four forms a request target has, and whether the method may use it.
/// The target is not empty and has only characters of class target_char.
classified_target classify_target(method verb, std::string_view target) noexcept;

} // namespace polyport::http
