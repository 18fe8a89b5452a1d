// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace polyport::integration {
namespace {

[[noreturn]] void fail(char const* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> environment_with(std::vector<std::string> const& added)
{
    std::vector<std::string> result;
    for (char** entry = environ; *entry; ++entry) {
        std::string_view const text = *entry;
        std::string_view const name = text.substr(0, text.find('=') + 1);
        bool const replaced = std::any_of(added.begin(), added.end(),
                                          [&](std::string const& other) { return other.starts_with(name); });
        if (!replaced)
            result.emplace_back(text);
    }
    result.insert(result.end(), added.begin(), added.end());
    return result;
}

// In the child of fork, so nothing here allocates or throws.
void write_pid(char* digits, std::size_t width)
{
    unsigned long pid = static_cast<unsigned long>(::getpid());
    for (std::size_t i = width; i > 0; --i, pid /= 10)
        digits[i - 1] = static_cast<char>('0' + pid % 10);
}

struct child_plan {
    std::vector<char*> arguments;
    std::vector<char*> environment;
    launch_options const& options;
    char* listen_pid;
    std::size_t listen_pid_width;
};

bool let_fail(failing_call const& call)
{
    constexpr unsigned short load = BPF_LD | BPF_W | BPF_ABS;
    constexpr unsigned short jump = BPF_JMP | BPF_JEQ | BPF_K;
    constexpr unsigned short end = BPF_RET | BPF_K;
    auto const argument = offsetof(seccomp_data, args) + sizeof(std::uint64_t) * call.argument;
    std::array<sock_filter, 6> program{
        sock_filter BPF_STMT(load, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(jump, static_cast<std::uint32_t>(call.number), 0, 3),
        sock_filter BPF_STMT(load,
                             static_cast<std::uint32_t>(argument)), // x86 and ARM: the lower half is first
        sock_filter BPF_JUMP(jump, call.value, 0, 1),
        sock_filter BPF_STMT(end, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(call.error)),
        sock_filter BPF_STMT(end, SECCOMP_RET_ALLOW),
    };
    sock_fprog const filter{program.size(), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

[[noreturn]] void become(child_plan const& plan)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    // Two steps, because a source may have the number that another one is to get.
    std::array<int, 16> copies{};
    std::size_t count = 0;
    for (auto const& [source, target] : plan.options.descriptors)
        if (count == copies.size() || (copies[count++] = ::fcntl(source, F_DUPFD_CLOEXEC, 700)) < 0)
            ::_exit(126);
    for (std::size_t i = 0; i < count; ++i)
        if (::dup2(copies[i], plan.options.descriptors[i].second) < 0)
            ::_exit(126);
    if (!plan.options.directory.empty() && ::chdir(plan.options.directory.c_str()) != 0)
        ::_exit(126);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (plan.options.descriptor_limit)
        limit.rlim_cur = limit.rlim_max = *plan.options.descriptor_limit;
    if (plan.options.soft_descriptor_limit)
        limit.rlim_cur = *plan.options.soft_descriptor_limit;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (plan.listen_pid)
        write_pid(plan.listen_pid, plan.listen_pid_width);
    if (plan.options.fails && !let_fail(*plan.options.fails))
        ::_exit(126);
    ::execvpe(plan.arguments[0], plan.arguments.data(), plan.environment.data());
    ::_exit(127);
}

} // namespace

child_process::child_process(std::vector<std::string> const& arguments, launch_options const& options)
{
    std::vector<std::string> argument_texts = arguments;
    std::vector<std::string> environment_texts = environment_with(options.environment);
    constexpr std::string_view listen_pid = "LISTEN_PID=";
    constexpr std::size_t width = 10;
    if (options.set_listen_pid)
        environment_texts.push_back(std::string(listen_pid) + std::string(width, '0'));
    child_plan const plan{
        pointers(argument_texts), pointers(environment_texts), options,
        options.set_listen_pid ? environment_texts.back().data() + listen_pid.size() : nullptr, width};
    pid_ = ::fork();
    if (pid_ < 0)
        fail("fork");
    if (pid_ == 0)
        become(plan);
    handle_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!handle_)
        fail("pidfd_open");
}

child_process::child_process(child_process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), handle_(std::move(other.handle_)), status_(other.status_)
{
}

child_process::~child_process()
{
    if (pid_ < 0 || status_)
        return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void child_process::signal(int number) const
{
    if (!status_ && ::kill(pid_, number) != 0)
        fail("kill");
}

std::optional<int> child_process::wait(milliseconds limit)
{
    if (status_)
        return status_;
    pollfd watched{handle_.get(), POLLIN, 0};
    auto const end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        auto const left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
        int const ready = ::poll(&watched, 1, static_cast<int>(std::max<milliseconds::rep>(left.count(), 0)));
        if (ready > 0)
            break;
        if (ready == 0)
            return std::nullopt;
        if (errno != EINTR)
            fail("poll");
    }
    int raw = 0;
    if (::waitpid(pid_, &raw, 0) != pid_)
        fail("waitpid");
    status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    return status_;
}

pipe_ends make_pipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        fail("pipe2");
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

outcome run(std::vector<std::string> const& arguments, std::string_view input, launch_options options,
            milliseconds limit)
{
    pipe_ends in = make_pipe();
    pipe_ends out = make_pipe();
    pipe_ends err = make_pipe();
    options.descriptors.insert(options.descriptors.end(),
                               {{in.read.get(), 0}, {out.write.get(), 1}, {err.write.get(), 2}});
    child_process child(arguments, options);
    in.read.reset();
    out.write.reset();
    err.write.reset();
    ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);

    outcome result;
    auto const end = std::chrono::steady_clock::now() + limit;
    if (input.empty())
        in.write.reset();
    while (out.read || err.read) {
        std::array<pollfd, 3> watched{pollfd{in.write.get(), POLLOUT, 0}, pollfd{out.read.get(), POLLIN, 0},
                                      pollfd{err.read.get(), POLLIN, 0}};
        auto const left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            return result; // the destructor of `child` ends it
        ::poll(watched.data(), watched.size(), static_cast<int>(left.count()));
        if (watched[0].revents) {
            ssize_t const count = ::write(in.write.get(), input.data(), input.size());
            if (count > 0)
                input.remove_prefix(static_cast<std::size_t>(count));
            if (input.empty() || (count < 0 && errno != EAGAIN))
                in.write.reset();
        }
        auto const take = [](short events, unique_fd& from, std::string& to) {
            std::array<char, 65536> bytes;
            if (!events)
                return;
            ssize_t const count = ::read(from.get(), bytes.data(), bytes.size());
            if (count <= 0)
                from.reset();
            else
                to.append(bytes.data(), static_cast<std::size_t>(count));
        };
        take(watched[1].revents, out.read, result.out);
        take(watched[2].revents, err.read, result.err);
    }
    auto const left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    result.status = child.wait(std::max(left, milliseconds(0))).value_or(-1);
    return result;
}

std::int64_t resident_memory(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
    std::int64_t size = 0;
    std::int64_t resident = 0;
    file >> size >> resident; // proc(5): in pages
    return resident * ::sysconf(_SC_PAGESIZE);
}

double processor_seconds(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    // The name of the program stands in parentheses and may hold anything; user and system time are the
    // 12th and 13th field behind it (proc(5)).
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i)
        fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::size_t private_bytes(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
    // Not "Private": the pages of the program itself become that when the last other daemon has ended.
    constexpr std::string_view name = "Anonymous:";
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name))
            return std::stoul(line.substr(name.size())) * 1024;
    return 0;
}

std::vector<std::string> open_files(pid_t pid)
{
    std::vector<std::pair<int, std::string>> found;
    std::error_code ignored;
    for (auto const& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", ignored)) {
        std::string const target = std::filesystem::read_symlink(entry.path(), ignored).string();
        if (!ignored)
            found.emplace_back(std::stoi(entry.path().filename()), target);
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> result;
    for (auto& [number, target] : found)
        result.push_back(std::move(target));
    return result;
}

char state_of(pid_t process)
{
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string const stat(std::istreambuf_iterator<char>(file), {});
    auto const name_end = stat.rfind(')');
    return name_end == std::string::npos || name_end + 2 >= stat.size() ? '?' : stat[name_end + 2];
}

void pause_briefly()
{
    ::poll(nullptr, 0, 5);
}

} // namespace polyport::integration
