// SPDX-License-Identifier: BSL-1.0
// What a run tells the log.
#include "services/http/cgi/run.hpp"
#include "services/http/cgi/supervisor.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

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

void run::log_end(exit_report const& report)
{
    bool const failed = !report.success() || cut_ != cut::none || !problem_.empty();
    auto& log = supervisor_.log_;
    if (!log.enabled(failed ? log_level::warning : log_level::info))
        return;
    auto const status = to_string(report);
    auto const duration = milliseconds(std::chrono::steady_clock::now() - info_.started);
    auto const processor = static_cast<double>(report.processor_time.count()) / 1000.0;
    auto const peak = report.peak_memory.value_or(0) / 1024;
    log_field const fields[] = {{"program", program_},       {"pid", info_.pid},     {"status", status},
                                {"duration-ms", duration},   {"in", info_.received}, {"out", info_.sent},
                                {"processor-ms", processor}, {"peak-kib", peak}};
    auto const& [program, pid, how, took, in, out, used, memory] = fields;
    if (!failed && report.peak_memory)
        return log.info("cgi-ended", {program, pid, how, took, in, out, used, memory}, connection_);
    if (!failed)
        return log.info("cgi-ended", {program, pid, how, took, in, out, used}, connection_);
    std::string_view const reason = cut_ != cut::none ? to_string(cut_) : std::string_view(problem_);
    log.warning("cgi-ended", {program, pid, how, took, in, out, used, memory, {"reason", reason}},
                connection_);
}

void run::take_errors(std::string_view text)
{
    last_activity_ = coarse_now();
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
    auto const held_back = error_throttle_.admit(now);
    if (!held_back)
        return;
    auto const held_back_of_all = supervisor_.error_throttle_.admit(now);
    if (!held_back_of_all)
        return;
    supervisor_.log_.warning("cgi-stderr",
                             {{"program", program_},
                              {"pid", info_.pid},
                              {"text", line},
                              {"suppressed", *held_back + *held_back_of_all}},
                             connection_);
}

} // namespace polyport::cgi
