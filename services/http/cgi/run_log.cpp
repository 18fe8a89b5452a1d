// SPDX-License-Identifier: BSL-1.0
// What a run tells the log.
#include "services/http/cgi/run.hpp"
#include "services/http/cgi/supervisor.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace polyport::cgi {
namespace {

constexpr std::size_t longest_error_line = 1024;

std::int64_t milliseconds(std::chrono::steady_clock::duration time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

} // namespace

std::string_view to_string(cut value) noexcept
{
    switch (value) {
    case cut::none:
        return "none";
    case cut::client_gone:
        return "client gone";
    case cut::killed:
        return "killed by the operator";
    case cut::drained:
        return "drain time-out";
    case cut::not_taken:
        return "write time-out";
    case cut::timeout:
        return "http-cgi-timeout";
    case cut::idle:
        return "http-cgi-idle-timeout";
    case cut::bad_output:
        return "bad output";
    case cut::bad_input:
        return "bad request body";
    case cut::shutdown:
        return "shutdown";
    }
    return "?";
}

cut cut_by(error_code end_of_connection) noexcept
{
    if (end_of_connection == errc::killed)
        return cut::killed;
    if (end_of_connection == errc::drain_timeout || end_of_connection == errc::draining)
        return cut::drained;
    return end_of_connection == errc::write_timeout ? cut::not_taken : cut::client_gone;
}

std::string_view run::trouble() const noexcept
{
    return cut_ != cut::none ? to_string(cut_) : std::string_view(problem_);
}

void run::log_end(exit_report const& report)
{
    bool const failed = !report.success() || cut_ != cut::none || !problem_.empty();
    auto& log = supervisor_.log_;
    if (!log.enabled(failed ? log_level::warning : log_level::info))
        return;
    if (!runs_) // cgi-not-started has told
        return;
    auto const status = to_string(report);
    auto const duration = milliseconds(std::chrono::steady_clock::now() - info_.started);
    auto const processor = static_cast<double>(report.processor_time.count()) / 1000.0;
    auto const peak = std::max(report.peak_memory.value_or(0), peak_memory_);
    auto const reason = trouble();
    std::vector<log_field> fields{{"program", program_},      {"pid", info_.pid},     {"status", status},
                                  {"duration-ms", duration},  {"in", info_.received}, {"out", info_.sent},
                                  {"processor-ms", processor}};
    fields.reserve(fields.size() + 3);
    if (peak > 0)
        fields.emplace_back("peak-kib", peak / 1024);
    if (errors_held_back_ > 0)
        fields.emplace_back("stderr-suppressed", errors_held_back_);
    if (!reason.empty())
        fields.emplace_back("reason", reason);
    log.write(failed ? log_level::warning : log_level::info, "cgi-ended", fields, connection_);
}

void run::take_errors(std::string_view text)
{
    info_.last_activity = coarse_now();
    while (!text.empty()) {
        auto const end = text.find('\n');
        auto const part = text.substr(0, end);
        error_line_.append(
            part.substr(0, longest_error_line - std::min(error_line_.size(), longest_error_line)));
        if (end == std::string_view::npos)
            return;
        log_error_line(std::exchange(error_line_, {}));
        text.remove_prefix(end + 1);
    }
}

void run::log_error_line(std::string_view line)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    auto const now = coarse_now();
    if (!error_throttle_.admit(now) || !supervisor_.error_throttle_.admit(now)) {
        ++errors_held_back_;
        return;
    }
    auto const since_the_last = errors_held_back_ - std::exchange(errors_told_, errors_held_back_);
    supervisor_.log_.warning(
        "cgi-stderr",
        {{"program", program_}, {"pid", info_.pid}, {"text", line}, {"suppressed", since_the_last}},
        connection_);
}

} // namespace polyport::cgi
