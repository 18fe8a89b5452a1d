// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/inherited_sockets.hpp"
#include "common/service.hpp"
#include "common/settings.hpp"
#include "common/socket_address.hpp"
#include "common/socket_file.hpp"
#include "common/unique_fd.hpp"

#include <vector>

namespace polyport {

/// A bound socket, listening if it is a stream's: non-blocking and close-on-exec.
struct listener {
    transport kind = transport::tcp;
    unique_fd fd;
    socket_address address; ///< as bound, with the port that the kernel chose
    socket_file file;       ///< after fd: the file goes once nobody can connect any more
};

/// Opens what `endpoint` stands for, for a service that is `reached_by` these transports: one socket, or two
/// where a name has an IPv4 and an IPv6 address (both on the same port then). All or none. The error is a
/// whole sentence that names service, endpoint, cause and remedy.
checked<std::vector<listener>> open_listeners(enabled_endpoint const& endpoint, transports reached_by,
                                              server_settings const& settings, inherited_sockets& inherited);

} // namespace polyport
