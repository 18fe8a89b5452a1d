// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/launcher.hpp"

#include "services/http/cgi/child.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace polyport::cgi {

using step = start_failure::step;

namespace {

error_code last_error() noexcept
{
    return {errno, boost::system::system_category()};
}

[[noreturn]] void refuse(char const* what)
{
    throw start_error(std::string("CGI programs cannot be run: ") + what + ": " + std::strerror(errno));
}

/// Both ends close-on-exec; ours does not block, the program's does: programs do not expect that.
bool open_pipe(unique_fd& ours, unique_fd& theirs, bool we_read)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return false;
    ours.reset(ends[we_read ? 0 : 1]);
    theirs.reset(ends[we_read ? 1 : 0]);
    return ::fcntl(ours.get(), F_SETFL, O_NONBLOCK) == 0;
}

std::vector<gid_t> groups_of(run_identity const& who)
{
    if (who.user_name.empty())
        return {who.gid};
    int count = 0;
    ::getgrouplist(who.user_name.c_str(), who.gid, nullptr, &count);
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(count, 1)));
    if (::getgrouplist(who.user_name.c_str(), who.gid, groups.data(), &count) < 0)
        return {who.gid};
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

} // namespace

launcher::launcher(launch_settings settings) : settings_(std::move(settings))
{
    if (settings_.identity)
        groups_ = groups_of(*settings_.identity);
    // A pipe that got number 0, 1 or 2 would be in the way of the others. Those that were free stay taken.
    int fd = -1;
    do {
        fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        if (fd < 0)
            refuse("/dev/null cannot be opened");
    } while (fd <= 2);
    null_.reset(fd);
    for (auto& slot : slots_) {
        slot.reset(::fcntl(null_.get(), F_DUPFD_CLOEXEC, 3));
        if (!slot)
            refuse("no descriptors");
    }
    // Nothing is that high: it only tells whether the kernel (5.9) and the sandbox around us have the call.
    can_unshare_ = ::syscall(SYS_close_range, ~0U, ~0U, 0) == 0;
    if (settings_.identity) {
        if (!can_unshare_)
            refuse("to run them as another user the system call close_range is needed (Linux 5.9)");
        ready_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        report_slot_.reset(::fcntl(null_.get(), F_DUPFD_CLOEXEC, 3));
        if (!ready_ || !report_slot_)
            refuse("no descriptors");
    }

    void* const memory =
        ::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED)
        refuse("no memory");
    stack_ = static_cast<char*>(memory);
}

launcher::~launcher()
{
    if (stack_)
        ::munmap(stack_, stack_size);
}

boost::system::result<process, start_failure> launcher::start(launch const& what)
{
    process program;
    unique_fd input;
    unique_fd output;
    unique_fd errors;
    unique_fd report;
    if ((what.has_input && !open_pipe(program.input, input, false)) ||
        !open_pipe(program.output, output, true) || !open_pipe(program.errors, errors, true) ||
        (settings_.identity && !open_pipe(program.report, report, true)))
        return start_failure{last_error(), step::pipes};

    if (!signals_)
        signals_ = changed_signals();
    child_plan plan{&what,     &settings_,   &groups_,     {}, 0,
                    *signals_, ready_.get(), report.get(), 0,  step::execute};
    int const source = what.input_file >= 0 ? what.input_file : input ? input.get() : null_.get();
    plan.ends = {source, output.get(), errors.get()};

    auto const failure = can_unshare_ ? clone_from_slots(plan, program) : clone_child(plan, program);
    if (failure)
        return *failure;
    return program;
}

std::optional<start_failure> launcher::clone_from_slots(child_plan& plan, process& program)
{
    auto const ends = plan.ends;
    std::optional<start_failure> failure;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        plan.ends[i] = slots_[i].get();
        plan.highest_end = std::max({plan.highest_end, plan.ends[i], plan.ready});
        if (ends[i] != null_.get() && ::dup3(ends[i], slots_[i].get(), O_CLOEXEC) < 0)
            failure = start_failure{last_error(), step::pipes};
    }
    if (plan.report >= 0) {
        if (::dup3(plan.report, report_slot_.get(), O_CLOEXEC) < 0)
            failure = start_failure{last_error(), step::pipes};
        plan.report = report_slot_.get();
        plan.highest_end = std::max(plan.highest_end, plan.report);
    }
    if (!failure)
        failure = clone_child(plan, program);
    // The slots must not hold the pipes open: their end would never be seen.
    if (plan.report >= 0)
        ::dup3(null_.get(), report_slot_.get(), O_CLOEXEC);
    for (std::size_t i = 0; i < ends.size(); ++i) {
        if (ends[i] != null_.get())
            ::dup3(null_.get(), slots_[i].get(), O_CLOEXEC);
    }
    return failure;
}

std::optional<start_failure> launcher::clone_child(child_plan& plan, process& program)
{
    int flags = SIGCHLD | CLONE_PIDFD;
    if (can_unshare_)
        flags |= CLONE_FILES;
    if (!settings_.identity)
        flags |= CLONE_VM | CLONE_VFORK;

    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    int handle = -1;
    program.pid = ::clone(run_child, stack_ + stack_size, flags, &plan, &handle);
    error_code const error = last_error();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);

    if (program.pid < 0)
        return start_failure{error, step::fork};
    program.handle.reset(handle);
    if (ready_)
        wait_until_unshared(handle);
    if (plan.error == 0)
        return std::nullopt;
    while (::waitpid(program.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return start_failure{{plan.error, boost::system::system_category()}, plan.at};
}

// Until then the child sees every change that the daemon makes to its descriptors. It is not yet that other
// user by then, so that nobody of that user can make the daemon wait.
void launcher::wait_until_unshared(int handle)
{
    std::array<pollfd, 2> const either{{{ready_.get(), POLLIN, 0}, {handle, POLLIN, 0}}};
    auto events = either;
    while (::poll(events.data(), events.size(), -1) < 0 && errno == EINTR)
        events = either;
    std::uint64_t count = 0;
    [[maybe_unused]] auto const size = ::read(ready_.get(), &count, sizeof count);
}

std::optional<start_failure> read_start_report(int report) noexcept
{
    start_report told{};
    if (::read(report, &told, sizeof told) != sizeof told) // closed by exec, or by its end
        return std::nullopt;
    return start_failure{{told.error, boost::system::system_category()}, static_cast<step>(told.at)};
}

} // namespace polyport::cgi
