// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/log_record.hpp"
#include "common/log_settings.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace polyport {

/// The daemon's log. A record is formatted by the caller and written by a thread of the logger's own, so that
/// no caller ever waits for a disk or a terminal: when the writer cannot follow, new records are dropped and
/// counted, and a record "log-records-dropped" tells how many. Any thread may write.
///
/// A field's text may be a temporary of the same expression:
///     log.info("opened", {{"remote", address.raw()}, {"port", 8000}}, id);
/// A level that is off costs a load, a branch and storing the fields (4 ns); ask enabled() first where making
/// them costs more. Not in one expression with a co_await (GCC 12 destroys braced lists twice there).
class logger {
public:
    /// Records that may wait for the writer before new ones are dropped.
    static constexpr std::size_t default_queue = 8192;

    /// Opens the file (created 0640, appended to). Throws start_error with a sentence. Takes nothing of the
    /// settings for the access log.
    explicit logger(log_settings const& settings, std::size_t queue = default_queue);

    /// Writes what is queued, for at most a second if the other end takes nothing.
    ~logger();

    logger(logger const&) = delete;
    logger& operator=(logger const&) = delete;

    bool enabled(log_level level) const noexcept { return level >= level_.load(std::memory_order_relaxed); }
    log_level level() const noexcept { return level_.load(std::memory_order_relaxed); }
    void set_level(log_level level) noexcept { level_.store(level, std::memory_order_relaxed); }

    /// connection 0: of no connection. event and names of fields: words in dashes, chosen by the code.
    void write(log_level level, std::string_view event, std::initializer_list<log_field> fields = {},
               std::uint64_t connection = 0)
    {
        if (enabled(level))
            submit(level, event, std::span(fields.begin(), fields.size()), connection);
    }

    /// The same with fields that were gathered.
    void write(log_level level, std::string_view event, std::span<log_field const> fields,
               std::uint64_t connection)
    {
        if (enabled(level))
            submit(level, event, fields, connection);
    }

    void debug(std::string_view event, std::initializer_list<log_field> fields = {},
               std::uint64_t connection = 0)
    {
        write(log_level::debug, event, fields, connection);
    }
    void info(std::string_view event, std::initializer_list<log_field> fields = {},
              std::uint64_t connection = 0)
    {
        write(log_level::info, event, fields, connection);
    }
    void warning(std::string_view event, std::initializer_list<log_field> fields = {},
                 std::uint64_t connection = 0)
    {
        write(log_level::warning, event, fields, connection);
    }
    void error(std::string_view event, std::initializer_list<log_field> fields = {},
               std::uint64_t connection = 0)
    {
        write(log_level::error, event, fields, connection);
    }

    /// For SIGHUP: later records go to the file that has the name now. When it cannot be opened the old one
    /// is kept, and the returned sentence is also written to it. Nothing to do for standard error.
    checked<void> reopen();

    /// Records lost since the start: the queue was full, or they could not be written.
    std::uint64_t dropped() const noexcept;

    /// Waits until all records so far are written, at most two seconds.
    void flush();

private:
    struct state;

    void submit(log_level level, std::string_view event, std::span<log_field const> fields,
                std::uint64_t connection);

    std::atomic<log_level> level_;
    std::unique_ptr<state> state_;
};

} // namespace polyport
