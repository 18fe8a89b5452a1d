// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/task.hpp"
#include "services/http/exchange.hpp"

namespace polyport::http {

class http_service;

/// Answers a request for a small file that was asked for lately, and nothing else: see
/// responder::answer_now().
bool dispatch_now(http_service& service, exchange& x);

/// Answers one request: decides what its target is (a file, a directory, a program) and who answers it.
/// Small responses are left in x.out() for the session to send. False if the response could not be sent
/// whole: the connection must end.
task<bool> dispatch(http_service& service, exchange& x);

} // namespace polyport::http
