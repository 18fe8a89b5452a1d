// SPDX-License-Identifier: BSL-1.0
// Writing to connections of others: without waiting, with a limited queue.
#include "common/runtime.hpp"
#include "common/send_queue.hpp"
#include "common/stream.hpp"

#include <boost/asio/error.hpp>

#include <sys/socket.h>

namespace polyport {

bool stream::posted_waits() const noexcept
{
    return !c_->posted->empty();
}

void stream::set_post_limit(std::size_t bytes)
{
    if (!c_->posted)
        c_->posted = std::make_unique<send_queue>();
    c_->posted->limit = bytes;
}

bool stream::post(std::string_view bytes)
{
    if (c_->ended())
        return false;
    if (!c_->writing) {
        auto& set = c_->socket.set();
        auto const at_work = set.progress().at_work.load(std::memory_order_relaxed);
        bytes.remove_prefix(write_now(bytes).size);
        set.works_for(at_work); // whose handler posts
    }
    if (c_->ended())
        return false;
    if (bytes.empty())
        return true;
    if (!c_->posted)
        c_->posted = std::make_unique<send_queue>();
    if (!c_->posted->add(bytes)) {
        c_->end(errc::too_slow);
        return false;
    }
    if (!c_->writing)
        begin_sending_posted();
    return true;
}

void stream::begin_sending_posted()
{
    if (!std::exchange(c_->posted->sending, true))
        start(send_posted(share()));
}

task<> stream::send_posted(stream client)
{
    auto& c = *client.c_;
    auto& queue = *c.posted;
    error_code error;
    while (!queue.empty()) {
        iovec const one = part(queue.front());
        auto const [failed, size] = client.send({&one, 1}, MSG_NOSIGNAL);
        if (failed) {
            error = failed;
            break;
        }
        queue.sent(size);
        if (size > 0) // only EAGAIN proves that the next edge will come
            continue;
        // Not wait_writable(): the handler may be idle meanwhile, and the state is its own.
        c.socket.output_full();
        c.set_write_deadline(client.owner().settings().write_timeout);
        auto const waited = co_await c.socket.wait(watched::event::writable);
        error = waited.error;
        if (error)
            break;
    }
    queue.done(c.socket.set(), error);
}

task<outcome> stream::flush()
{
    while (has_posted() && !c_->ended()) {
        if (c_->posted->is_waited_for())
            co_return outcome{boost::asio::error::already_started};
        auto const sent = co_await c_->posted->async_wait(boost::asio::use_awaitable);
        if (sent)
            co_return sent;
    }
    co_return outcome{c_->ended()};
}

} // namespace polyport
