// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/datagram.hpp"
#include "common/stream.hpp"
#include "common/task.hpp"

namespace polyport {

/// Answers every byte of a TCP or UNIX connection with itself, a-z as A-Z, until the peer has sent all.
task<> uppercase(stream client);

/// The same for a datagram.
void uppercase_datagram(datagram& message);

} // namespace polyport
