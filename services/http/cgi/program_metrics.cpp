// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/program_metrics.hpp"

#include "common/json_writer.hpp"
#include "common/service.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace polyport::cgi {
namespace {

metric_labels of_http()
{
    return {{"service", "http"}};
}

std::uint64_t microseconds(program_metrics::duration time) noexcept
{
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count(), 0));
}

json_writer& append_program(json_writer& json, std::uint64_t connection, process_info const& program)
{
    return json.begin_object()
        .member("id", connection)
        .member("service", of_http().front().second)
        .member("program", program.program)
        .member("pid", program.pid);
}

} // namespace

program_metrics::program_metrics(metrics_registry& to, event_hub& events, admission const& rights)
    : events_(events),
      waits_(to.add_histogram("polyport_cgi_wait_seconds", "How long requests waited for a program's turn",
                              latency_buckets, of_http())),
      started_(to.add_counter("polyport_cgi_started_total", "Programs that were started", of_http()))
{
    for (std::size_t i = 0; i < classes; ++i) {
        auto labels = of_http();
        labels.emplace_back("status", i == 0 ? "none" : std::to_string(i) + "xx");
        durations_[i] = &to.add_histogram("polyport_cgi_duration_seconds",
                                          "From the start of a program to the end of its response",
                                          latency_buckets, std::move(labels));
    }
    to.add_gauge_of("polyport_cgi_running", "Programs that run", of_http(),
                    [&rights] { return rights.running(); });
    to.add_gauge_of("polyport_cgi_waiting", "Requests that wait for a program's turn", of_http(),
                    [&rights] { return rights.waiting(); });
}

void program_metrics::waited(duration time) noexcept
{
    waits_.observe(microseconds(time));
}

void program_metrics::started(connection const& by, process_info const& program)
{
    started_.add();
    if (!events_.wanted())
        return;
    std::string text;
    json_writer json(text);
    append_program(json, by.id, program).member("request", by.request).end_object();
    events_.publish("program-started", text);
}

void program_metrics::answered(http::status code, duration time) noexcept
{
    auto const i = std::min<std::size_t>(http::number(code) / 100U, classes - 1);
    durations_[i]->observe(microseconds(time));
}

void program_metrics::ended(run const& program, exit_report const& how)
{
    if (!events_.wanted())
        return;
    auto const& info = program.info();
    duration const time = std::chrono::steady_clock::now() - info.started;
    std::string text;
    json_writer json(text);
    append_program(json, program.connection(), info).key("status");
    if (program.status() != 0)
        json.value(program.status());
    else
        json.null();
    if (how.signal == 0)
        json.member("exit", how.status);
    else if (char const* const name = ::sigabbrev_np(how.signal))
        json.member("signal", name);
    else
        json.member("signal", std::to_string(how.signal)); // of real time
    if (!program.trouble().empty())
        json.member("reason", program.trouble());
    json.member("received", info.received)
        .member("sent", info.sent)
        .member("duration", std::chrono::duration<double>(time).count())
        .end_object();
    events_.publish("program-ended", text);
}

} // namespace polyport::cgi
