// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/stream.hpp"
#include "common/task.hpp"

namespace polyport::http {

class responder;

/// Sends the end of our side, and waits for the client's, reading what it still sends. Both outlive it.
task<> linger(responder& host, stream& client);

} // namespace polyport::http
