// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/body_feed.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>

#include <unistd.h>

namespace polyport::cgi {
namespace {

// Others have their turn after so many reads of what nobody wants.
constexpr unsigned rounds_a_turn = 8;

} // namespace

// A program that closes its input, or ends, has all that it wanted.
body_feed::step body_feed::give_pending()
{
    auto* const input = run_.input();
    if (!input || stopped_)
        return step::done;
    while (!pending_.empty()) {
        ssize_t const count = ::write(input->fd(), pending_.data(), pending_.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN) {
            input->output_full();
            return step::wait_for_program;
        }
        if (count < 0) {
            run_.close_input();
            return step::done;
        }
        run_.count_input(static_cast<std::size_t>(count));
        pending_.remove_prefix(static_cast<std::size_t>(count));
    }
    return step::again;
}

body_feed::step body_feed::take(http::request_body::piece const& next)
{
    if (next.error == boost::asio::error::would_block)
        return step::wait_for_client;
    if (next.error) {
        failed_ = !stopped_;
        error_ = next.error;
        return step::done;
    }
    if (next.data.empty()) {
        run_.close_input();
        return step::done;
    }
    pending_ = next.data;
    return step::again;
}

bool body_feed::feed_now()
{
    auto next = step::again;
    while (next == step::again) {
        next = give_pending();
        if (next == step::again)
            next = take(body_.read_now());
    }
    return next == step::done && (failed_ || body_.done());
}

task<> body_feed::feed()
{
    for (;;) {
        auto next = give_pending();
        if (next == step::wait_for_program) {
            auto const failed = co_await run_.input()->wait(watched::event::writable);
            if (failed)
                co_return;
            continue;
        }
        if (next == step::again) {
            run_.pause_input(true);
            auto const piece = co_await body_.read();
            run_.pause_input(false);
            next = take(piece);
        }
        if (next == step::done)
            break;
    }
    if (!stopped_ && !failed_)
        co_await throw_away_rest();
}

// Many a client reads nothing before it has sent all: its answer must not wait for that. If it sends no more,
// that is no failure of a program that does not care.
task<> body_feed::throw_away_rest()
{
    for (unsigned rounds = 1; !stopped_; ++rounds) {
        auto const piece = co_await body_.read();
        if (piece.error || piece.data.empty())
            break;
        if (rounds % rounds_a_turn == 0) {
            auto const failed = co_await client_.take_turn();
            if (failed)
                break;
        }
    }
}

void body_feed::stop()
{
    stopped_ = true;
    if (auto* const input = run_.input())
        input->fail(boost::asio::error::operation_aborted);
    client_.info().socket.cancel(watched::event::readable, boost::asio::error::operation_aborted);
}

} // namespace polyport::cgi
