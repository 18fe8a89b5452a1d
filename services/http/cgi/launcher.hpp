// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/privileges.hpp"
#include "common/readiness.hpp"
#include "common/unique_fd.hpp"
#include "services/http/cgi/process.hpp"
#include "services/http/cgi/start_failure.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace polyport::cgi {

/// What every program of the daemon is started with.
struct launch_settings {
    struct limit {
        int resource = 0; ///< RLIMIT_…
        rlimit value{};
    };

    mode_t umask = 022;
    std::vector<limit> limits;
    std::optional<run_identity> identity; ///< none: runs as the daemon does
};

/// One program to start. All texts live until start() returns.
struct launch {
    char const* program = nullptr;      ///< absolute path of what is executed
    char* const* arguments = nullptr;   ///< ends with a null pointer, as does environment
    char* const* environment = nullptr; ///< the whole of it: nothing is inherited
    char const* directory = nullptr;    ///< becomes the working directory
    bool has_input = false;             ///< standard input is a pipe; otherwise /dev/null
    int input_file = -1;                ///< standard input instead of both, borrowed
};

/// Once process::report is readable: why the program does not run, nothing if it does. Does not block.
std::optional<start_failure> read_start_report(int report) noexcept;

struct child_plan;

/// Starts programs: a session of its own, standard input, output and error as pipes, no other descriptor,
/// default signal actions, an empty signal mask, SIGTERM when the daemon dies.
///
/// Why not posix_spawn, whose vfork semantics it has: that cannot set resource limits, the umask or the user,
/// so that each would cost a helper and a second exec, or come too late (prlimit after the start); its
/// child also gets a copy of the daemon's descriptor table, which at 5,000 connections takes longer than the
/// rest of the start. Here the child shares the table and takes a copy of the lowest few entries
/// (close_range with CLOSE_RANGE_UNSHARE): the cost depends neither on memory nor on connections.
///
/// Which signals have handlers, or are ignored, is looked at once, at the first start (64 system calls): set
/// them up before.
///
/// Several may start programs at a time, each on a thread of its own; one is not thread-safe. Programs get
/// their SIGTERM when the thread that has started them ends.
class launcher {
public:
    /// Opens /dev/null and takes three descriptors that it keeps: make it before connections come.
    /// Sees to it that descriptors 0, 1 and 2 are not free. Throws start_error.
    explicit launcher(launch_settings settings);
    launcher(launcher const&) = delete;
    launcher& operator=(launcher const&) = delete;
    ~launcher();

    /// Returns when the program runs, or cannot be run. Blocks for as long as the kernel takes (about a
    /// millisecond), as posix_spawn does.
    ///
    /// With settings.identity it returns before the program runs, and process::report tells whether it does
    /// (see read_start_report): with vfork semantics a process of that user could stop the child before its
    /// exec, and with it the daemon. The start then costs a copy of the daemon's page tables.
    boost::system::result<process, start_failure> start(launch const& what);

    /// Whether it may start programs while other threads open and close descriptors: the child never has a
    /// copy of one from copied_descriptors on.
    bool works_beside_others() const noexcept
    {
        return can_unshare_ && slots_.back().get() < copied_descriptors &&
               report_slot_.get() < copied_descriptors;
    }

private:
    std::optional<start_failure> clone_from_slots(child_plan& plan, process& program);
    std::optional<start_failure> clone_child(child_plan& plan, process& program);
    void wait_until_unshared(int handle);

    static constexpr std::size_t stack_size = 64 * 1024;

    launch_settings settings_;
    std::vector<gid_t> groups_; ///< supplementary ones of settings_.identity
    unique_fd null_;
    std::array<unique_fd, 3> slots_; ///< low descriptors that hold the child's ends during a start
    unique_fd report_slot_;          ///< the same for its report, with settings_.identity alone
    unique_fd ready_;                ///< eventfd, with settings_.identity alone: see wait_until_unshared()
    std::optional<std::uint64_t> signals_; ///< changed_signals() as of the first start
    char* stack_ = nullptr; ///< the child's; one mapping for all, since the daemon waits for exec
    bool can_unshare_ = false;
};

} // namespace polyport::cgi
