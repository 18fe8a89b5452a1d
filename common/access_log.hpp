// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access_record.hpp"
#include "common/error.hpp"
#include "common/log_settings.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace polyport {

/// One line for each request, in the formats of NCSA and Apache (common, combined) or as JSON objects. Lines
/// are collected in blocks and written by a thread of its own; when that cannot follow, lines are dropped and
/// counted. A line can be read in the file 200 ms after it was written, at the latest.
class access_log {
public:
    /// path "-": standard output. Throws start_error with a sentence that begins with "access-log: ".
    access_log(std::string const& path, access_log_format format);

    /// Writes what is queued, for at most a second if the other end takes nothing.
    ~access_log();

    access_log(access_log const&) = delete;
    access_log& operator=(access_log const&) = delete;

    void write(access_record const& record);

    /// For SIGHUP, as logger::reopen: when the file cannot be opened anew, the old one is kept.
    checked<void> reopen();

    /// Lines lost since the start.
    std::uint64_t dropped() const noexcept;

    /// Waits until all lines so far are written, at most two seconds.
    void flush();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace polyport
