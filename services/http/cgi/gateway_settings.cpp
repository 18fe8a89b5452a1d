// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/gateway_settings.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <unistd.h>

namespace polyport::cgi {
namespace {

constexpr std::uint32_t programs_a_processor = 16;

// Neither above what the daemon itself may have, nor above what is asked for: a program cannot raise it
// again.
void add_limit(launch_settings& to, int resource, rlim_t soft, rlim_t hard)
{
    rlimit own{};
    ::getrlimit(static_cast<decltype(RLIMIT_CPU)>(resource), &own);
    hard = std::min(hard, own.rlim_max);
    to.limits.push_back({resource, {std::min(soft, hard), hard}});
}

} // namespace

checked<std::optional<run_identity>> identity_of_programs(http::cgi_settings const& options)
{
    constexpr identity_options asked_by{"http-cgi-user", "http-cgi-group",
                                        "programs running as the daemon's user"};
    auto identity = resolve_identity(options.user, options.group, asked_by);
    if (!identity || !*identity)
        return identity;
    if (::geteuid() != 0) // and it is that user already
        identity->reset();
    return identity;
}

launch_settings make_launch_settings(http::cgi_settings const& options, rlim_t initial_files)
{
    launch_settings made;
    made.umask = static_cast<mode_t>(options.umask);
    made.identity = identity_of_programs(options).value();
    if (options.cpu.count() > 0) {
        auto const whole = std::chrono::ceil<std::chrono::seconds>(options.cpu).count();
        auto const seconds = static_cast<rlim_t>(whole);
        add_limit(made, RLIMIT_CPU, seconds, seconds + 2); // SIGXCPU, and SIGKILL for who takes no notice
    }
    if (options.memory > 0)
        add_limit(made, RLIMIT_AS, options.memory, options.memory);
    if (options.processes > 0)
        add_limit(made, RLIMIT_NPROC, options.processes, options.processes);
    if (options.files > 0)
        add_limit(made, RLIMIT_NOFILE, options.files, options.files);
    else
        add_limit(made, RLIMIT_NOFILE, initial_files, RLIM_INFINITY);
    return made;
}

run_limits make_run_limits(http::cgi_settings const& options) noexcept
{
    return {options.timeout, options.idle_timeout, options.kill_grace, options.output_grace};
}

admission::limits make_admission_limits(http::cgi_settings const& options)
{
    auto const processors = std::max(1U, std::thread::hardware_concurrency());
    admission::limits made;
    made.running = options.max > 0 ? options.max : processors * programs_a_processor;
    made.running_per_peer = options.max_per_ip;
    made.waiting = options.queue;
    made.patience = options.queue_timeout;
    return made;
}

} // namespace polyport::cgi
