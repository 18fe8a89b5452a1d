// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/process.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

siginfo_t end_of(int handle) noexcept
{
    siginfo_t info{};
    if (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(handle), &info,
                 WEXITED | WNOHANG | WNOWAIT) != 0)
        info.si_pid = 0;
    return info;
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
    return end_of(handle).si_pid != 0;
}

bool ended_by_signal(int handle) noexcept
{
    auto const end = end_of(handle);
    return end.si_pid != 0 && (end.si_code == CLD_KILLED || end.si_code == CLD_DUMPED);
}

std::uint64_t peak_memory_of(pid_t pid) noexcept
{
    std::array<char, 32> path;
    std::snprintf(path.data(), path.size(), "/proc/%d/status", static_cast<int>(pid));
    unique_fd const file(::open(path.data(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> bytes; // the line is among the first twenty
    ssize_t const size = file ? ::read(file.get(), bytes.data(), bytes.size()) : 0;
    std::string_view text(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    constexpr std::string_view name = "\nVmHWM:";
    auto const line = text.find(name);
    if (line == std::string_view::npos)
        return 0;
    text.remove_prefix(line + name.size());
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::uint64_t kib = 0;
    std::from_chars(text.data(), text.data() + text.size(), kib);
    return kib * 1024;
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
