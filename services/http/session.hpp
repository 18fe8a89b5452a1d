// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/stream.hpp"
#include "common/task.hpp"

namespace polyport::http {

class responder;

/// One HTTP connection, from accept to close: requests one after the other, answered in their order.
/// `host` outlives it.
task<> run_session(responder& host, stream client);

} // namespace polyport::http
