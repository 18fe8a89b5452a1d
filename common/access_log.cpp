// SPDX-License-Identifier: BSL-1.0
#include "common/access_log.hpp"

#include "common/access_record.hpp"
#include "common/line_writer.hpp"

namespace polyport {

struct access_log::state {
    state(std::string const& path, access_log_format log_format)
        : format(log_format), writer({.option = "access-log",
                                      .path = path,
                                      .max_lines = std::size_t{1} << 16,
                                      .max_bytes = std::size_t{8} << 20,
                                      .delay = std::chrono::milliseconds(200)})
    {
    }

    access_log_format format;
    line_writer writer;
    access_time_text time_text; // guarded by the writer's lock
};

access_log::access_log(std::string const& path, access_log_format format)
    : state_(std::make_unique<state>(path, format))
{
}

access_log::~access_log() = default;

void access_log::write(access_record const& record)
{
    state_->writer.append(urgency::collect, [&](std::string& out) {
        append_access_line(out, state_->format, record, state_->time_text);
    });
}

checked<void> access_log::reopen()
{
    return state_->writer.reopen();
}

std::uint64_t access_log::dropped() const noexcept
{
    return state_->writer.dropped();
}

void access_log::flush()
{
    state_->writer.flush();
}

} // namespace polyport
