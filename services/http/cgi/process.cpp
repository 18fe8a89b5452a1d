// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/process.hpp"

#include <boost/system/errc.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>

#include <sys/resource.h>
#include <sys/wait.h>

namespace polyport::cgi {
namespace {

std::chrono::microseconds duration_of(timeval const& time) noexcept
{
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

error_code last_error() noexcept
{
    return {errno, boost::system::system_category()};
}

// exec() carries the resident size of the memory it leaves over to the program's own account, and a program
// started by vfork leaves the daemon's.
std::optional<std::uint64_t> own_peak(rusage const& usage) noexcept
{
    rusage daemon{};
    ::getrusage(RUSAGE_SELF, &daemon);
    if (usage.ru_maxrss <= daemon.ru_maxrss)
        return std::nullopt;
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

} // namespace

std::string to_string(exit_report const& report)
{
    if (report.signal == 0)
        return "exit " + std::to_string(report.status);
    std::string text = "signal " + std::to_string(report.signal);
    if (char const* const name = ::sigabbrev_np(report.signal))
        text.append(" (").append(name).append(")");
    if (report.core_dumped)
        text += ", core dumped";
    return text;
}

bool has_ended(int handle) noexcept
{
    siginfo_t info{};
    int const failed = ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(handle), &info,
                                WEXITED | WNOHANG | WNOWAIT);
    return failed == 0 && info.si_pid != 0;
}

result<std::optional<exit_report>> reap(pid_t pid) noexcept
{
    int status = 0;
    rusage usage{};
    pid_t reaped = 0;
    do {
        reaped = ::wait4(pid, &status, WNOHANG, &usage);
    } while (reaped < 0 && errno == EINTR);
    if (reaped < 0)
        return last_error();
    if (reaped == 0)
        return std::optional<exit_report>();
    exit_report report;
    if (WIFSIGNALED(status)) {
        report.signal = WTERMSIG(status);
        report.core_dumped = WCOREDUMP(status);
    } else {
        report.status = WEXITSTATUS(status);
    }
    report.processor_time = duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
    report.peak_memory = own_peak(usage);
    return std::optional<exit_report>(report);
}

error_code signal_group(pid_t leader, int signal) noexcept
{
    // kill(-1) would mean every process there is.
    if (leader <= 1)
        return make_error_code(boost::system::errc::invalid_argument);
    if (::kill(-leader, signal) == 0 || errno == ESRCH)
        return {};
    return last_error();
}

bool group_exists(pid_t leader) noexcept
{
    return leader > 1 && (::kill(-leader, 0) == 0 || errno != ESRCH);
}

} // namespace polyport::cgi
