// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace polyport {

/// Who the daemon is to be once its sockets are bound.
struct run_identity {
    std::string user_name; ///< empty for a number that no account has: no supplementary groups then
    uid_t uid = 0;
    gid_t gid = 0;
};

/// Which options ask for an identity, and for whom: for messages.
struct identity_options {
    std::string_view user = "user";
    std::string_view group = "group";
    std::string_view without_user = "the daemon running as root"; ///< what a group alone would leave
};

/// What --user and --group, or two other options, ask for; nothing when both are empty. Without a group, the
/// account's own. Looks names up, so it may block: for start-up. Says in time if this process may not become
/// that user.
checked<std::optional<run_identity>> resolve_identity(std::string_view user, std::string_view group,
                                                      identity_options const& asked_by = {});

/// Becomes that user for good: supplementary groups, group, user, in that order, then checks that none of it
/// can be taken back. Does nothing when the process is that user already. glibc applies it to every thread.
/// PR_SET_NO_NEW_PRIVS is left alone: CGI programs may rightly be set-user-id (a mail submission program,
/// say); who wants it off has NoNewPrivileges= in the service manager.
checked<void> drop_privileges(run_identity const& identity);

/// Whether that user can read the file `path`. Asks the kernel, in a child process that becomes the user: so
/// directories on the way, supplementary groups and access control lists count as they will. For start-up,
/// while there is one thread. True, too, if it cannot be found out.
bool can_read_as(run_identity const& identity, std::string const& path);

} // namespace polyport
