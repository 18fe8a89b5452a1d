// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/socket_address.hpp"

#include <sys/types.h>

namespace polyport {

/// The user who holds the other end of a TCP connection of this machine (loopback), as the kernel knows it:
/// it is asked for the socket that is bound to `peer` and connected to `own` (sock_diag(7)). What SO_PEERCRED
/// is for UNIX sockets.
///
/// Fails with ENOENT where there is no such socket any more, or nobody holds it: a socket that its program
/// has closed would count as root's. EAFNOSUPPORT for what is no TCP address.
result<uid_t> owner_of_peer(socket_address const& own, socket_address const& peer);

} // namespace polyport
