// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/stream.hpp"
#include "common/task.hpp"

namespace polyport::http {

class responder;

/// What a client may still be sending when it has its last answer.
enum class still_coming {
    anything, ///< after a request that was none, or that went wrong
    body,     ///< of a request that was answered without it
};

/// Sends the end of our side, and waits for the client's, reading what it still sends. Both outlive it.
task<> linger(responder& host, stream& client, still_coming what);

} // namespace polyport::http
