// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace polyport {

enum class access_log_format : std::uint8_t { common, combined, json };

std::optional<access_log_format> parse_access_log_format(std::string_view word) noexcept;

/// One answered request. Owns nothing; the texts must live until write() returns. Empty texts are "-" in the
/// common and combined formats and are left out in JSON.
struct access_record {
    std::chrono::system_clock::time_point time; ///< when the request arrived
    std::string_view remote;                    ///< host of the client, without its port
    std::string_view user;                      ///< only if this server has authenticated it
    std::string_view request;                   ///< the request line as it came, without its end
    unsigned status = 0;
    std::uint64_t body_bytes = 0; ///< of the response, as sent, without the head
    std::string_view referer;
    std::string_view user_agent;
    std::chrono::microseconds duration{0};
    std::uint64_t connection = 0;
    std::string_view service;
};

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
