// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/task.hpp"
#include "services/http/exchange.hpp"

namespace polyport::http {

class http_service;

/// Answers GET and HEAD for a directory without an index: its listing where that is allowed, 403 otherwise.
/// HTML, or JSON for who prefers it. Hidden names are left out as they are refused.
task<bool> answer_directory(http_service& service, exchange& x);

} // namespace polyport::http
