// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace polyport::integration {

using milliseconds = std::chrono::milliseconds;

/// How long anything may take before a test gives it up. Never a measure of speed: sanitizers, a busy
/// machine.
inline constexpr milliseconds patience{60'000};

/// Calls of this number whose argument has this value fail, and all others are as ever: a seccomp filter,
/// which needs no privileges and holds in the processes that the child starts as well.
struct failing_call {
    int number = 0;
    unsigned argument = 0;   ///< which one, counted from 0
    std::uint32_t value = 0; ///< its lower half
    int error = 0;
};

/// How a child is started, beyond its arguments.
struct launch_options {
    std::vector<std::string> environment = {}; ///< NAME=VALUE, added to ours
    std::vector<std::pair<int, int>> descriptors =
        {};                     ///< ours → the number it has in the child; 0, 1, 2 as well
    std::string directory = {}; ///< working directory; empty: ours
    std::optional<unsigned long> soft_descriptor_limit = {}; ///< of RLIMIT_NOFILE alone
    std::optional<unsigned long> descriptor_limit = {};      ///< RLIMIT_NOFILE, soft and hard
    std::string program = {};                                ///< instead of polyportd
    bool set_listen_pid = false; ///< LISTEN_PID=<pid of the child>, which only fork can know
    /// A system call of the child that fails, and with which error.
    std::optional<failing_call> fails = {};
};

/// One child process, watched by a pidfd. Killed and reaped on destruction if it still runs.
class child_process {
public:
    child_process(std::vector<std::string> const& arguments, launch_options const& options);
    child_process(child_process&&) noexcept;
    child_process& operator=(child_process&&) = delete;
    ~child_process();

    pid_t pid() const noexcept { return pid_; }
    void signal(int number) const;
    /// Exit status, or 128 + signal; nothing when it still runs after `limit`. May be asked again.
    std::optional<int> wait(milliseconds limit = patience);

private:
    pid_t pid_ = -1;
    unique_fd handle_;
    std::optional<int> status_;
};

/// What a command did.
struct outcome {
    int status = -1; ///< exit status, 128 + signal, or -1 when the time limit ended it
    std::string out;
    std::string err;
};

/// Runs a command to its end, feeding `input` to its standard input.
outcome run(std::vector<std::string> const& arguments, std::string_view input = {},
            launch_options options = {}, milliseconds limit = patience);

struct pipe_ends {
    unique_fd read;
    unique_fd write;
};
pipe_ends make_pipe();

/// Facts of a live process, from /proc.
double processor_seconds(pid_t pid);
std::int64_t resident_memory(pid_t pid);        ///< bytes
std::size_t private_bytes(pid_t pid);           ///< memory that no file is behind (smaps_rollup)
std::vector<std::string> open_files(pid_t pid); ///< what its descriptors point to, in order of their numbers
/// As in /proc/PID/stat: 'T' is stopped; '?' when it is not there.
char state_of(pid_t process);

/// Asks until it is so or `patience` is over; for states of the kernel that no descriptor announces.
template <class Predicate>
bool eventually(Predicate holds, milliseconds limit = patience);

void pause_briefly();

template <class Predicate>
bool eventually(Predicate holds, milliseconds limit)
{
    auto const end = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        pause_briefly();
    }
    return true;
}

} // namespace polyport::integration
