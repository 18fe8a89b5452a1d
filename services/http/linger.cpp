// SPDX-License-Identifier: BSL-1.0
#include "services/http/linger.hpp"

#include "services/http/lent_workspace.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <cstdint>

namespace polyport::http {
namespace {

// What a client may still send after a response that did not wait for its body, so that it can read that
// response: a close with unread input resets the connection, and the response with it (RFC 9112, 9.6).
constexpr std::uint64_t linger_bytes = 1024 * 1024;
constexpr std::chrono::milliseconds linger_time{2000};

} // namespace

task<> linger(responder& host, stream& client)
{
    client.shutdown_send();
    lent_workspace const memory(host);
    auto const until = coarse_now() + linger_time;
    std::uint64_t read = 0;
    while (read < linger_bytes) {
        auto const [error, size] = client.read_now((*memory).memory);
        read += size;
        if (error && error != boost::asio::error::would_block)
            break;
        if (!error)
            continue;
        auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(until - coarse_now());
        if (left.count() <= 0)
            break;
        client.set_deadline(deadline_kind::handler, left);
        auto const failed = co_await client.wait_readable();
        if (failed)
            break;
    }
}

} // namespace polyport::http
