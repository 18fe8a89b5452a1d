// SPDX-License-Identifier: BSL-1.0
#include "services/http/session.hpp"

#include "services/http/exchange.hpp"
#include "services/http/latest_user.hpp"
#include "services/http/lent_workspace.hpp"
#include "services/http/linger.hpp"
#include "services/http/responder.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polyport::http {
namespace {

// Of what is no request the access log shows as much.
constexpr std::size_t logged_at_most = 256;

// A client that pipelines without end lets others have their turn after so many reads.
constexpr unsigned rounds_a_turn = 8;

/// What comes after a step of a session: another one, or something to wait for, …
enum class after { next, wait, idle, close, linger, linger_for_body };

// For the access log: what stands where a request line should, without what an attacker may write behind it.
std::string_view first_line(std::string_view input)
{
    input.remove_prefix(std::min(input.find_first_not_of("\r\n"), input.size()));
    return input.substr(0, std::min(input.find_first_of("\r\n"), logged_at_most));
}

/// The turn of a connection between two idle times.
class turn {
public:
    turn(responder& host, stream& client, workspace& memory, std::uint32_t& served, latest_user& user)
        : host_(host), client_(client), w_(memory), served_(served), user_(user),
          body_(client, memory.input, host.request_options()),
          x_(host, client, memory.head, body_, memory.where, memory.output)
    {
    }
    turn(turn const&) = delete;
    turn& operator=(turn const&) = delete;
    ~turn()
    {
        if (client_.info().user == &x_.user)
            user_.keep(x_.user);
    }

    /// Goes on as far as nothing needs to be waited for, which for most requests is all the way.
    after run_now()
    {
        for (;;) {
            parsed_ = parse_head(w_.input.unread(), host_.limits(), w_.head);
            auto next = after::wait;
            if (parsed_.what == parse_result::kind::need_more)
                next = receive_now();
            else if (parsed_.what == parse_result::kind::complete)
                next = answer_now();
            if (next != after::next)
                return next;
        }
    }

    /// What run_now() could not do, when it has said after::wait.
    task<after> wait()
    {
        switch (parsed_.what) {
        case parse_result::kind::need_more:
            return receive();
        case parse_result::kind::rejected:
            return refuse(parsed_);
        case parse_result::kind::complete:
            break;
        }
        return answer();
    }

private:
    // More of a head, or of the next one. Idle when nothing of it has come.
    after receive_now()
    {
        if (++rounds_ % rounds_a_turn == 0 || !x_.flush_now())
            return after::wait;
        if (w_.input.empty())
            w_.input.restart_at(0);
        else if (w_.input.begin() > 0)
            w_.input.move_to_front();
        auto const [error, size] = client_.read_now(w_.input.room());
        if (!error) {
            if (w_.input.empty())
                begin();
            w_.input.add(size);
            return after::next;
        }
        if (error != boost::asio::error::would_block)
            return after::close;
        return w_.input.empty() ? after::idle : after::wait;
    }

    task<after> receive()
    {
        if (rounds_ % rounds_a_turn == 0) {
            auto const failed = co_await client_.take_turn();
            if (failed)
                co_return after::close;
        }
        if (!w_.output.empty()) {
            auto const failed = co_await x_.flush();
            if (failed)
                co_return after::close;
        }
        if (w_.input.empty())
            co_return after::next;
        if (client_.info().deadline != deadline_kind::header) // from the first byte to the last
            client_.set_deadline(deadline_kind::header, host_.request_options().header_timeout);
        auto const waited = co_await client_.wait_readable();
        if (waited.error == errc::header_timeout)
            co_return co_await refuse(too_slow(), errc::header_timeout);
        co_return waited ? after::close : after::next;
    }

    static parse_result too_slow()
    {
        parse_result verdict;
        verdict.code = status::request_timeout;
        verdict.reason = "the head of the request took too long";
        return verdict;
    }

    // Whoever answered has not read or written when it learnt that the client is gone: nobody else has said
    // so.
    void note_loss()
    {
        auto& c = client_.info();
        if (c.ended())
            return;
        if (int const error = c.socket.peer_error(); error != 0)
            c.end(error_code(error, boost::system::system_category()));
        else if (c.socket.gone())
            client_.note_reason(errc::end_of_stream);
    }

    // The coarse clock knows no less than some milliseconds, which most requests do not take.
    void begin() { x_.started = std::chrono::steady_clock::now(); }

    void finish()
    {
        x_.ended = std::chrono::steady_clock::now();
        host_.finished(x_);
    }

    task<after> refuse(parse_result const& verdict, errc reason = errc::bad_request)
    {
        client_.clear_deadline();
        x_.reset();
        x_.keep_alive = false;
        x_.note_no_request(first_line(w_.input.unread()));
        x_.respond_error(verdict.code, verdict.reason);
        finish();
        client_.note_reason(reason);
        host_.owner().log().info(
            "request-refused", {{"status", static_cast<unsigned>(verdict.code)}, {"reason", verdict.reason}},
            client_.info().id);
        auto const flushed = co_await x_.flush();
        co_return flushed ? after::close : after::linger;
    }

    void begin_answer()
    {
        client_.clear_deadline();
        x_.reset();
        client_.info().user = &x_.user;
        auto& head = w_.head;
        w_.input.consume(parsed_.size);
        auto const most = host_.request_options().max_requests;
        ++served_;
        x_.keep_alive = head.keep_alive() && (most == 0 || served_ < most) && !client_.info().finishing();
        body_.begin(head.framing(), head.expects_continue());
    }

    after answer_now()
    {
        begin_answer();
        answered_ = host_.answer_now(x_);
        if (!answered_)
            return after::wait;
        finish();
        if (!body_.done() || !x_.keep_alive || w_.output.size() > workspace::output_high)
            return after::wait;
        return next_request();
    }

    after next_request()
    {
        w_.head.clear();
        if (!w_.input.empty())
            x_.started = x_.ended; // its first byte is here already: one look at the clock for both
        return after::next;
    }

    task<after> answer()
    {
        if (!answered_) {
            auto& shown = client_.info();
            shown.request = w_.head.request_line();
            bool const whole = co_await host_.answer(x_);
            shown.request = {};
            finish();
            if (!whole) {
                note_loss();
                co_return after::close;
            }
        }
        if (!body_.done()) {
            bool const finished = co_await finish_body();
            if (!finished) {
                auto const failed = co_await x_.flush();
                if (failed)
                    co_return after::close;
                co_return body_.failed() ? after::linger : after::linger_for_body;
            }
        }
        if (!x_.keep_alive) {
            auto const failed = co_await x_.flush();
            if (failed)
                co_return after::close;
            co_return w_.input.empty() ? after::close : after::linger;
        }
        if (w_.output.size() > workspace::output_high) {
            auto const failed = co_await x_.flush();
            if (failed)
                co_return after::close;
        }
        co_return next_request();
    }

    // True if the next request can follow.
    task<bool> finish_body()
    {
        if (!x_.keep_alive || body_.failed() || body_.left() > discarded_at_most)
            co_return false;
        auto const failed = co_await x_.flush();
        if (failed)
            co_return false;
        co_return co_await body_.discard();
    }

    responder& host_;
    stream& client_;
    workspace& w_;
    std::uint32_t& served_;
    latest_user& user_;
    unsigned rounds_ = 0;
    bool answered_ = false;
    parse_result parsed_;
    request_body body_;
    exchange x_;
};

// A frame of its own, which an idle connection does not have.
task<after> run_turn(responder& host, stream& client, std::uint32_t& served, latest_user& user)
{
    lent_workspace const memory(host);
    turn requests(host, client, *memory, served, user);
    for (;;) {
        auto next = requests.run_now();
        if (next == after::wait)
            next = co_await requests.wait();
        if (next != after::next)
            co_return next;
    }
}

} // namespace

task<> run_session(responder& host, stream client)
{
    std::uint32_t served = 0;
    latest_user user(client.info());
    auto patience = host.request_options().header_timeout;
    for (;;) {
        auto const waited = co_await client.wait_for_request(patience);
        if (waited)
            break;
        patience = host.request_options().keep_alive_timeout;
        auto const next = co_await run_turn(host, client, served, user);
        if (next == after::linger)
            co_await linger(host, client, still_coming::anything);
        else if (next == after::linger_for_body)
            co_await linger(host, client, still_coming::body);
        if (next != after::idle)
            break;
    }
}

} // namespace polyport::http
