// SPDX-License-Identifier: BSL-1.0
#include "common/privileges.hpp"

#include "common/accounts.hpp"
#include "common/quoted.hpp"

#include <cerrno>
#include <vector>

#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace polyport {

namespace {

struct account {
    std::string name;
    gid_t gid;
};

std::optional<account> account_of(uid_t uid)
{
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> buffer(1 << 16);
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return account{found->pw_name, found->pw_gid};
}

problem failed(char const* call, run_identity const& identity)
{
    return problem{"user: cannot become user " + std::to_string(identity.uid) + ", group " +
                   std::to_string(identity.gid) + ": " + call + ": " +
                   error_code(errno, boost::system::system_category()).message() +
                   "; start as root with CAP_SETUID and CAP_SETGID, or leave out --user and --group"};
}

bool is_already(run_identity const& identity) noexcept
{
    uid_t uids[3];
    gid_t gids[3];
    ::getresuid(&uids[0], &uids[1], &uids[2]);
    ::getresgid(&gids[0], &gids[1], &gids[2]);
    for (int which = 0; which < 3; ++which) {
        if (uids[which] != identity.uid || gids[which] != identity.gid)
            return false;
    }
    return true;
}

} // namespace

checked<std::optional<run_identity>> resolve_identity(std::string_view user, std::string_view group,
                                                      identity_options const& asked_by)
{
    std::string const user_option(asked_by.user);
    std::string const group_option(asked_by.group);
    if (user.empty() && group.empty())
        return std::optional<run_identity>();
    if (user.empty())
        return problem{group_option + ": given without a user, which would leave " +
                       std::string(asked_by.without_user) + "; add --" + user_option + " NAME"};

    auto const uid = user_id(user);
    if (!uid)
        return problem{user_option + ": " + uid.error().text};
    auto const known = account_of(*uid);
    run_identity identity{.user_name = known ? known->name : "", .uid = *uid, .gid = 0};
    if (!group.empty()) {
        auto const gid = group_id(group);
        if (!gid)
            return problem{group_option + ": " + gid.error().text};
        identity.gid = *gid;
    } else if (known) {
        identity.gid = known->gid;
    } else {
        return problem{user_option + ": no account has the number " + std::to_string(*uid) +
                       ", so its group is unknown; add --" + group_option + " NAME"};
    }
    if (::geteuid() != 0 && !is_already(identity))
        return problem{user_option + ": only root may become " + quoted(user) +
                       ", and this process runs as user " + std::to_string(::geteuid()) +
                       "; start it as root, or leave out --" + user_option + " and --" + group_option};
    return std::optional(identity);
}

checked<void> drop_privileges(run_identity const& identity)
{
    if (::geteuid() != 0 && is_already(identity))
        return {};
    int const groups = identity.user_name.empty() ? ::setgroups(1, &identity.gid)
                                                  : ::initgroups(identity.user_name.c_str(), identity.gid);
    if (groups != 0)
        return failed("setgroups", identity);
    if (::setresgid(identity.gid, identity.gid, identity.gid) != 0)
        return failed("setresgid", identity);
    if (::setresuid(identity.uid, identity.uid, identity.uid) != 0)
        return failed("setresuid", identity);
    if (!is_already(identity))
        return problem{"user: the change of user did not take effect; leave out --user"};
    // CAP_SETUID may have survived (securebits, ambient capabilities): then nothing was given up.
    if (identity.uid != 0 && (::setuid(0) == 0 || (identity.gid != 0 && ::setgid(0) == 0)))
        return problem{
            "user: root could be taken back after the change of user; start without kept capabilities"};
    return {};
}

bool can_read_as(run_identity const& identity, std::string const& path)
{
    constexpr int no = 1;
    constexpr int unknown = 2;
    pid_t const child = ::fork();
    if (child == 0) {
        bool const is_user = drop_privileges(identity).has_value();
        ::_exit(!is_user ? unknown : ::access(path.c_str(), R_OK) == 0 ? 0 : no);
    }
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != no;
}

} // namespace polyport
