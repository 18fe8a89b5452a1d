// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/log_record.hpp"
#include "common/log_settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyport {

/// "common", "combined", "json"; nothing for any other word.
std::optional<access_log_format> parse_access_log_format(std::string_view word) noexcept;

/// One answered request. Owns nothing. Empty texts are "-" in the common and combined formats and are left
/// out in JSON.
struct access_record {
    std::chrono::system_clock::time_point time{}; ///< when the request arrived
    std::string_view remote{};                    ///< host of the client, without its port
    std::string_view user{};                      ///< only if this server has authenticated it
    std::string_view request{};                   ///< the request line as it came, without its end
    unsigned status = 0;
    std::uint64_t body_bytes = 0; ///< of the response, as sent, without the head
    std::string_view referer{};
    std::string_view user_agent{};
    std::chrono::microseconds duration{0};
    std::uint64_t connection = 0;
    std::string_view service{};
};

/// Keeps the text of the current second.
class access_time_text {
public:
    /// Appends "[21/Nov/2026:01:02:03 +0000]", local time.
    void append_local(std::string& out, std::chrono::system_clock::time_point time);
    /// Appends "2026-11-21T01:02:03.123Z".
    void append_utc(std::string& out, std::chrono::system_clock::time_point time) { utc_.append(out, time); }

private:
    log_time_text utc_;
    bool filled_ = false;
    std::int64_t second_ = 0;
    std::size_t length_ = 0;
    char text_[48] = {};
};

/// Appends one line with its newline; whatever the texts hold, no other control byte and no quote or space
/// that could be taken for the end of a field. common: `REMOTE - USER [TIME] "REQUEST" STATUS BYTES`;
/// combined: also `"REFERER" "USER-AGENT"`, as Apache httpd's mod_log_config has them (BYTES is "-" for
/// none). JSON: {"time":…,"remote":…,"user":…,"request":…,
/// "status":…,"bytes":…,"duration_us":…,"referer":…,"user_agent":…,"connection":…,"service":…}.
void append_access_line(std::string& out, access_log_format format, access_record const& record,
                        access_time_text& time);

} // namespace polyport
