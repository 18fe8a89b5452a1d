// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/child.hpp"

#include <bit>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace polyport::cgi {
namespace {

using step = start_failure::step;

/// The kernel's own layout, for rt_sigaction without glibc's wrapper, which refuses the signals that it uses
/// itself and takes locks.
struct kernel_sigaction {
    void* handler = nullptr; // SIG_DFL
    unsigned long flags = 0;
    void* restorer = nullptr;
    unsigned long mask[2] = {};
};
constexpr std::size_t kernel_sigset_bytes = 8;

constexpr int lowest_free = 3; // above standard input, output and error

#define POLYPORT_IN_CHILD __attribute__((no_sanitize("address", "thread", "undefined")))

// All of this runs in the daemon's memory (vfork): nothing but system calls, nothing that allocates, locks,
// or changes what the daemon will see, and no sanitizer that keeps book of calls that never return.
// Credentials go by raw system calls, because glibc's setresuid() tells every thread of the daemon to do the
// same.

POLYPORT_IN_CHILD bool fail(child_plan& plan, step at) noexcept
{
    plan.error = errno;
    plan.at = at;
    return false;
}

POLYPORT_IN_CHILD bool set_descriptors(child_plan& plan) noexcept
{
    // Everything above is never copied in the first place.
    if (plan.highest_end != 0 &&
        ::syscall(SYS_close_range, plan.highest_end + 1, ~0U, CLOSE_RANGE_UNSHARE) != 0)
        return fail(plan, step::input);
    for (int target = 0; target < 3; ++target) {
        if (::dup2(plan.ends[static_cast<std::size_t>(target)], target) < 0)
            return fail(plan, step::input);
    }
    if (plan.ready >= 0) {
        unsigned long const one = 1;
        [[maybe_unused]] auto const written = ::write(plan.ready, &one, sizeof one);
    }
    if (plan.report >= 0) {
        if (plan.report != lowest_free && ::dup3(plan.report, lowest_free, O_CLOEXEC) < 0)
            return fail(plan, step::input);
        plan.report = lowest_free;
    }
    // Where the kernel does not have it, all that the daemon opens is close-on-exec.
    if (plan.highest_end != 0)
        ::syscall(SYS_close_range, lowest_free + (plan.report >= 0 ? 1 : 0), ~0U, 0);
    return true;
}

POLYPORT_IN_CHILD void reset_signals(child_plan const& plan) noexcept
{
    // A handler that ran now would run in the daemon's memory, so that the actions are reset before the mask
    // is. An ignored signal (SIGPIPE) would stay ignored through exec.
    kernel_sigaction const action;
    for (std::uint64_t left = plan.signals; left != 0; left &= left - 1)
        ::syscall(SYS_rt_sigaction, std::countr_zero(left) + 1, &action, nullptr, kernel_sigset_bytes);
    unsigned long const none = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kernel_sigset_bytes);
}

POLYPORT_IN_CHILD bool become(child_plan& plan) noexcept
{
    auto const& who = *plan.settings->identity;
    if (::syscall(SYS_setgroups, plan.groups->size(), plan.groups->data()) != 0 ||
        ::syscall(SYS_setresgid, who.gid, who.gid, who.gid) != 0 ||
        ::syscall(SYS_setresuid, who.uid, who.uid, who.uid) != 0)
        return fail(plan, step::identity);
    return true;
}

POLYPORT_IN_CHILD bool prepare(child_plan& plan) noexcept
{
    ::setsid();
    if (!set_descriptors(plan))
        return false;
    ::umask(plan.settings->umask);
    for (auto const& limit : plan.settings->limits) {
        if (::syscall(SYS_prlimit64, 0, limit.resource, &limit.value, nullptr) != 0)
            return fail(plan, step::limits);
    }
    if (plan.settings->identity && !become(plan))
        return false;
    // After the change of user, which clears it. For whoever kills the daemon outright; what takes no notice
    // of SIGTERM, or was started by the program, goes on.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::chdir(plan.what->directory) != 0)
        return fail(plan, step::directory);
    return true;
}

POLYPORT_IN_CHILD void tell(child_plan const& plan) noexcept
{
    start_report const report{plan.error, static_cast<std::int32_t>(plan.at)};
    [[maybe_unused]] auto const written = ::write(plan.report, &report, sizeof report);
}

} // namespace

std::uint64_t changed_signals() noexcept
{
    std::uint64_t changed = 0;
    for (unsigned number = 1; number <= 64; ++number) {
        kernel_sigaction action;
        ::syscall(SYS_rt_sigaction, number, nullptr, &action, kernel_sigset_bytes);
        if (action.handler != nullptr)
            changed |= std::uint64_t{1} << (number - 1);
    }
    return changed;
}

POLYPORT_IN_CHILD int run_child(void* argument) noexcept
{
    auto& plan = *static_cast<child_plan*>(argument);
    if (prepare(plan)) {
        reset_signals(plan);
        ::execve(plan.what->program, plan.what->arguments, plan.what->environment);
        fail(plan, step::execute);
    }
    if (plan.report >= 0)
        tell(plan);
    ::_exit(plan.error == ENOENT ? 127 : 126);
}

} // namespace polyport::cgi
