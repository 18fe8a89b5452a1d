// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/stream.hpp"
#include "common/task.hpp"

namespace polyport::http {

class http_service;

/// One HTTP connection, from accept to close: requests one after the other, answered in their order.
/// `service` outlives it.
task<> run_session(http_service& service, stream client);

} // namespace polyport::http
