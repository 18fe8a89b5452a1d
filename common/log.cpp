// SPDX-License-Identifier: BSL-1.0
#include "common/log.hpp"

#include "common/line_writer.hpp"
#include "common/log_throttle.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <span>

namespace polyport {

namespace {

constexpr std::size_t bytes_a_record = 512; // room in the queue for an average one, generously

line_writer_settings writer_settings(log_settings const& settings, std::size_t queue)
{
    return {.option = "log-file",
            .path = settings.file,
            .max_lines = queue,
            .max_bytes = std::max(queue * bytes_a_record, 2 * max_log_value)};
}

} // namespace

// Only fill functions of the writer touch what is declared after it: its lock guards them.
struct logger::state {
    state(log_settings const& settings, std::size_t queue)
        : format(settings.format), writer(writer_settings(settings, queue))
    {
    }

    void append(std::string& out, log_record const& record)
    {
        if (format == log_format::text)
            append_text_record(out, record, time_text);
        else
            append_json_record(out, record, time_text);
    }

    void append_dropped(std::string& out, std::uint64_t total)
    {
        std::array<log_field, 2> const fields{log_field("count", total - reported),
                                              log_field("total", total)};
        append(out, {.time = std::chrono::system_clock::now(),
                     .level = log_level::warning,
                     .event = "log-records-dropped",
                     .fields = fields});
        reported = total;
    }

    log_format format;
    line_writer writer;
    log_time_text time_text;
    log_throttle drop_reports{1, std::chrono::seconds(5)};
    std::uint64_t reported = 0;
};

logger::logger(log_settings const& settings, std::size_t queue)
    : level_(settings.level), state_(std::make_unique<state>(settings, queue))
{
    // The C library opens /etc/localtime for the first time that is broken down, even in UTC: now, and not
    // with the first record, when those who started the daemon count its descriptors.
    ::tzset();
}

logger::~logger()
{
    state_->writer.append(urgency::beyond_limit, [&](std::string& out) {
        std::uint64_t const total = dropped();
        if (total != state_->reported)
            state_->append_dropped(out, total);
    });
}

void logger::submit(log_level level, std::string_view event, std::span<log_field const> fields,
                    std::uint64_t connection)
{
    log_record const record{.time = std::chrono::system_clock::now(),
                            .level = level,
                            .event = event,
                            .connection = connection,
                            .fields = fields};
    // Errors are written at once, since the process may not live much longer.
    auto const how = level == log_level::error ? urgency::at_once : urgency::collect;
    state_->writer.append(how, [&](std::string& out) {
        std::uint64_t const total = dropped();
        if (total != state_->reported && state_->drop_reports.admit(log_throttle::clock::now()))
            state_->append_dropped(out, total);
        state_->append(out, record);
    });
}

checked<void> logger::reopen()
{
    auto const reopened = state_->writer.reopen();
    if (!reopened)
        write(log_level::error, "log-reopen-failed", {{"problem", reopened.error().text}});
    return reopened;
}

std::uint64_t logger::dropped() const noexcept
{
    return state_->writer.dropped();
}

void logger::flush()
{
    state_->writer.flush();
}

} // namespace polyport
