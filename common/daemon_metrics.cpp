// SPDX-License-Identifier: BSL-1.0
#include "common/daemon_metrics.hpp"

#include "common/runtime.hpp"
#include "common/service.hpp"
#include "common/version.hpp"

#include <chrono>
#include <fstream>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace polyport {
namespace {

double seconds_of(timeval const& time) noexcept
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double processor_seconds()
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

double resident_bytes()
{
    std::ifstream file("/proc/self/statm");
    std::uint64_t pages = 0;
    std::uint64_t resident = 0;
    file >> pages >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// Linux 6.2 and later tell the number as the directory's size; counting 10,000 entries would take
// milliseconds.
double open_descriptors()
{
    struct stat status{};
    return ::stat("/proc/self/fd", &status) == 0 ? static_cast<double>(status.st_size) : 0;
}

double descriptor_limit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<double>(limit.rlim_cur);
}

// As Prometheus's own libraries name them.
void add_process_metrics(metrics_registry& to)
{
    auto const started = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch());
    to.add_counter_of("process_cpu_seconds_total",
                      "Processor time spent, in the daemon and for it in the kernel", {}, processor_seconds);
    to.add_gauge_of("process_resident_memory_bytes", "Memory of the daemon that is resident", {},
                    resident_bytes);
    if (open_descriptors() > 0)
        to.add_gauge_of("process_open_fds", "Open descriptors", {}, open_descriptors);
    to.add_gauge_of("process_max_fds", "Limit on open descriptors", {}, descriptor_limit);
    to.add_gauge_of("process_start_time_seconds", "When the daemon has started, in seconds since 1970", {},
                    [started] { return started.count(); });
}

bool serves_datagrams(service_instance const& service)
{
    return service.definition.is_of_datagrams();
}

} // namespace

void add_service_metrics(metrics_registry& to, service_instance& service)
{
    auto const& stats = service.stats;
    metric_labels const labels{{"service", std::string(service.name())}};
    to.add_counter_of("polyport_received_bytes_total", "Bytes that came from peers", labels,
                      [&stats] { return stats.received; });
    to.add_counter_of("polyport_sent_bytes_total", "Bytes that the kernel took for peers", labels,
                      [&stats] { return stats.sent; });
    for (std::size_t i = 0; i < refusal_count; ++i) {
        auto const reason = static_cast<refusal>(i);
        auto with_reason = labels;
        with_reason.emplace_back("reason", to_string(reason));
        to.add_counter_of("polyport_refused_total",
                          "Connections, datagrams and requests that were not served", std::move(with_reason),
                          [&stats, reason] { return stats.refused.of(reason); });
    }
    if (serves_datagrams(service)) {
        to.add_counter_of("polyport_datagrams_received_total", "Datagrams that came from peers", labels,
                          [&stats] { return stats.messages_received; });
        to.add_counter_of("polyport_datagrams_sent_total", "Datagrams that were answered", labels,
                          [&stats] { return stats.messages_sent; });
        to.add_counter_of("polyport_datagrams_lost_total", "Answers that could not be sent", labels,
                          [&stats] { return stats.lost_answers; });
        return;
    }
    to.add_counter_of("polyport_connections_opened_total", "Connections that were accepted", labels,
                      [&stats] { return stats.opened; });
    to.add_counter_of("polyport_connections_closed_total", "Connections that have ended", labels,
                      [&stats] { return stats.closed; });
    to.add_gauge_of("polyport_connections", "Connections that are open", labels,
                    [&stats] { return stats.opened - stats.closed; });
    service.lifetimes =
        &to.add_histogram("polyport_connection_duration_seconds",
                          "How long connections lived, of those that have ended", lifetime_buckets, labels);
}

void add_daemon_metrics(runtime& owner)
{
    auto& to = owner.metrics();
    to.add_gauge_of("polyport_build_info", "Version of the daemon; always 1",
                    {{"version", std::string(version)}}, [] { return 1; });
    to.add_gauge_of("polyport_connections_limit", "Connections that may be open at a time (max-connections)",
                    {}, [&owner] { return owner.connections().limit(); });
    to.add_gauge_of("polyport_draining", "Whether the daemon is about to stop", {},
                    [&owner] { return owner.connections().draining(); });
    to.add_gauge_of("polyport_flows", "Datagram peers that are remembered", {},
                    [&owner] { return owner.flows().all(coarse_now()).size(); });
    to.add_counter_of("polyport_flows_opened_total", "Datagram peers that came", {},
                      [&owner] { return owner.flows().opened(); });
    to.add_counter_of("polyport_flows_evicted_total",
                      "Datagram peers forgotten early, for others (flows-max)", {},
                      [&owner] { return owner.flows().evicted(); });
    to.add_gauge_of("polyport_event_subscribers", "Clients of the control interface that watch events", {},
                    [&owner] { return owner.events().subscribers(); });
    to.add_counter_of("polyport_events_published_total", "Events that were told to those who watched", {},
                      [&owner] { return owner.events().published(); });
    to.add_counter_of("polyport_event_subscribers_dropped_total",
                      "Clients that watched events and did not keep up", {},
                      [&owner] { return owner.events().dropped(); });
    to.add_counter_of("polyport_log_records_dropped_total", "Records that the log could not take", {},
                      [&owner] { return owner.log().dropped(); });
    add_process_metrics(to);
}

} // namespace polyport
