// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polyport {

/// Why a connection, a datagram or a request was not served.
enum class refusal : std::uint8_t {
    access_rule,        ///< by an access rule, or by access-default
    connections_per_ip, ///< too many connections of one source
    connection_rate,    ///< new connections of one source came too fast
    datagram_rate,      ///< datagrams of one source came too fast
    answer_too_large,   ///< an answer to a datagram was larger than it
    name_pending,       ///< a datagram came before the name of its sender was known
    request_rate,       ///< requests of one source came too fast
    login_failed,       ///< a wrong user or password
    login_busy,         ///< too many passwords wait to be checked
    login_needed,       ///< who has not said who he is was asked to
    programs_busy,      ///< as many programs run, and requests wait for one, as can
};

inline constexpr std::size_t refusal_count = 11;

/// In dashes, as the log and the metrics have it.
constexpr std::string_view to_string(refusal reason) noexcept
{
    constexpr std::array<std::string_view, refusal_count> names{
        "access-rule",      "connections-per-ip", "connection-rate", "datagram-rate",
        "answer-too-large", "name-pending",       "request-rate",    "login-failed",
        "login-busy",       "login-needed",       "programs-busy"};
    return names[static_cast<std::size_t>(reason)];
}

/// How often, by reason. Read and written by the thread that runs the io_context alone.
class refusal_counts {
public:
    void add(refusal reason) noexcept { ++counts_[static_cast<std::size_t>(reason)]; }
    std::uint64_t of(refusal reason) const noexcept { return counts_[static_cast<std::size_t>(reason)]; }
    /// The counter itself, which stays where it is.
    std::uint64_t const& cell(refusal reason) const noexcept
    {
        return counts_[static_cast<std::size_t>(reason)];
    }

private:
    std::array<std::uint64_t, refusal_count> counts_{};
};

} // namespace polyport
