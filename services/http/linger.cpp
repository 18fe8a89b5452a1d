// SPDX-License-Identifier: BSL-1.0
#include "services/http/linger.hpp"

#include "services/http/lent_workspace.hpp"
#include "services/http/responder.hpp"
#include "services/http/settings.hpp"
#include "services/http/workspace.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace polyport::http {
namespace {

// Others have their turn after so many reads.
constexpr unsigned rounds_a_turn = 8;

// A close with unread input resets the connection, and the response with it (RFC 9112, 9.6).
struct patience {
    std::uint64_t bytes;
    std::chrono::milliseconds time;  ///< for all; besides, http-min-body-rate earns more
    std::chrono::milliseconds pause; ///< without a byte
    std::uint64_t rate;              ///< bytes a second; 0: no limit of time for all
};

constexpr std::uint64_t least_bytes = 1024 * 1024;

// Whoever sends what is no request has a moment. Who sends a body that was not waited for has the time that
// bodies have: many a client reads nothing before it has sent all.
patience patience_for(still_coming what, request_limits const& limits)
{
    using namespace std::chrono_literals;
    if (what == still_coming::body)
        return {std::max(least_bytes, limits.max_body), limits.body_timeout, 5s, limits.min_body_rate};
    return {least_bytes, 2s, 2s, std::numeric_limits<std::uint64_t>::max()};
}

// Left for a client that has sent so much since `began`.
std::chrono::milliseconds time_left(patience const& most, std::uint64_t read,
                                    std::chrono::steady_clock::time_point began)
{
    if (most.rate == 0)
        return most.pause;
    auto const earned = std::chrono::milliseconds(read * 1000 / most.rate);
    auto const used = std::chrono::duration_cast<std::chrono::milliseconds>(coarse_now() - began);
    return std::min(most.pause, most.time + earned - used);
}

} // namespace

task<> linger(responder& host, stream& client, still_coming what)
{
    client.shutdown_send();
    lent_workspace const memory(host);
    auto const most = patience_for(what, host.request_options());
    auto const began = coarse_now();
    std::uint64_t read = 0;
    for (unsigned rounds = 1; read < most.bytes; ++rounds) {
        auto const [error, size] = client.read_now((*memory).memory);
        read += size;
        if (error && error != boost::asio::error::would_block)
            break;
        auto const left = time_left(most, read, began);
        if (left.count() <= 0)
            break;
        outcome failed;
        if (error) {
            client.set_deadline(deadline_kind::handler, left);
            failed = co_await client.wait_readable();
        } else if (rounds % rounds_a_turn == 0) {
            failed = co_await client.take_turn();
        }
        if (failed)
            break;
    }
}

} // namespace polyport::http
