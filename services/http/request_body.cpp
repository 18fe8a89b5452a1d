// SPDX-License-Identifier: BSL-1.0
#include "services/http/request_body.hpp"

#include "services/http/response_head.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstring>

namespace polyport::http {

void input_window::move_to_front() noexcept
{
    std::memmove(memory_.data(), memory_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
}

void request_body::begin(body_framing framing, bool expects_continue)
{
    framing_ = framing;
    left_ = framing.length;
    received_ = 0;
    start_ = window_.begin();
    began_ = {};
    failed_ = false;
    done_ = framing.how == body_framing::kind::none ||
            (framing.how == body_framing::kind::length && framing.length == 0);
    send_continue_ = expects_continue && !done_;
    if (framing.how == body_framing::kind::chunked) {
        chunked_limits limits;
        limits.body_bytes = limits_.max_body;
        decoder_ = chunked_decoder(limits);
    }
}

request_body::piece request_body::fail(errc how, status code, std::string_view reason)
{
    failed_ = true;
    code_ = code;
    reason_ = reason;
    return {{}, how};
}

// What the window holds of the body. would_block when that is nothing.
request_body::piece request_body::take()
{
    if (framing_.how == body_framing::kind::length) {
        auto const data = window_.unread().substr(
            0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, window_.unread().size())));
        if (data.empty())
            return {{}, boost::asio::error::would_block};
        window_.consume(data.size());
        left_ -= data.size();
        done_ = left_ == 0;
        return {data, {}};
    }
    while (!window_.empty()) {
        auto const step = decoder_.feed(window_.unread());
        window_.consume(step.consumed);
        if (decoder_.now() == chunked_decoder::state::failed) {
            auto const how =
                decoder_.code() == status::content_too_large ? errc::message_too_large : errc::bad_request;
            return fail(how, decoder_.code(), decoder_.reason());
        }
        done_ = decoder_.now() == chunked_decoder::state::done;
        if (!step.data.empty() || done_)
            return {step.data, {}};
    }
    return {{}, boost::asio::error::would_block};
}

request_body::piece request_body::read_now()
{
    if (done_)
        return {};
    auto const here = take();
    if (here.error != boost::asio::error::would_block)
        return here;
    window_.restart_at(start_);
    auto const [error, size] = client_.read_now(window_.room());
    if (error == errc::end_of_stream)
        return fail(errc::end_of_stream, status::bad_request, "the body ends too early");
    if (error)
        return {{}, error};
    window_.add(size);
    received_ += size;
    return take();
}

task<request_body::piece> request_body::read()
{
    if (began_ == std::chrono::steady_clock::time_point())
        began_ = coarse_now();
    for (;;) {
        auto const now = read_now();
        if (now.error != boost::asio::error::would_block)
            co_return now;
        if (std::exchange(send_continue_, false)) {
            auto const written = co_await client_.write(continue_response);
            if (written)
                co_return piece{{}, written.error};
        }
        set_deadline();
        auto const waited = co_await client_.wait_readable();
        client_.clear_deadline();
        if (waited)
            co_return piece{{}, waited.error};
    }
}

// Each wait has the body time-out; and all together take no longer than that and what the least rate allows
// for the bytes that have come (a client that sends a byte now and then loses).
void request_body::set_deadline()
{
    auto after = limits_.body_timeout;
    if (limits_.min_body_rate > 0) {
        auto const earned = std::chrono::milliseconds(received_ * 1000 / limits_.min_body_rate);
        auto const used = std::chrono::duration_cast<std::chrono::milliseconds>(coarse_now() - began_);
        after = std::clamp(limits_.body_timeout + earned - used, std::chrono::milliseconds(1), after);
    }
    client_.set_deadline(deadline_kind::body, after);
}

// Who waits for 100 (Continue) may leave the body out after a final response, and what comes then would be
// the next request (RFC 9110, section 10.1.1). How long a chunked body is nobody knows. In both cases the
// next request would be lost without an answer, had the response not said that the connection ends.
bool request_body::skip_now()
{
    while (!done_ && !failed_ && !window_.empty())
        take();
    return done_ || (!failed_ && !send_continue_ && has_length() && left_ <= discarded_at_most);
}

task<bool> request_body::discard()
{
    std::uint64_t discarded = 0;
    send_continue_ = false; // the response has gone out, and 100 would be taken for that of the next request
    while (!done_ && !failed_) {
        auto const next = co_await read();
        discarded += next.data.size();
        if (next.error || discarded > discarded_at_most)
            co_return false;
    }
    co_return !failed_;
}

} // namespace polyport::http
