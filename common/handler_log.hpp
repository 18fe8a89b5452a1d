// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/log.hpp"

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace polyport {

class socket_address;

/// The log as a handler sees it: every record has its connection (or flow), service and peer, before the
/// fields that it is given. `event` and the names of fields are words in dashes that the code chooses; what a
/// peer has sent belongs in values, which are escaped:
///     client.log().info("message", {{"text", text}});
class handler_log {
public:
    /// `connection` 0: a datagram of flow `flow`.
    handler_log(logger& log, std::string_view service, socket_address const& remote, std::uint64_t connection,
                std::uint64_t flow) noexcept
        : log_(&log), service_(service), remote_(&remote), connection_(connection), flow_(flow)
    {
    }

    using fields = std::initializer_list<log_field>;

    void debug(std::string_view event, fields more = {}) const { write(log_level::debug, event, more); }
    void info(std::string_view event, fields more = {}) const { write(log_level::info, event, more); }
    void warning(std::string_view event, fields more = {}) const { write(log_level::warning, event, more); }
    void error(std::string_view event, fields more = {}) const { write(log_level::error, event, more); }

    bool enabled(log_level level) const noexcept { return log_->enabled(level); }

private:
    void write(log_level level, std::string_view event, fields more) const;

    logger* log_;
    std::string_view service_;
    socket_address const* remote_;
    std::uint64_t connection_;
    std::uint64_t flow_;
};

} // namespace polyport
