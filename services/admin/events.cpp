// SPDX-License-Identifier: BSL-1.0
#include "common/event_hub.hpp"
#include "common/option_values.hpp"
#include "common/quoted.hpp"
#include "services/admin/call.hpp"
#include "services/admin/long_reply.hpp"
#include "services/admin/reply.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

namespace polyport::admin {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// So that proxies and clients can tell a quiet daemon from a dead one.
constexpr milliseconds keep_alive_every{15'000};
// Events that come close together go out together: a page cannot show more.
constexpr milliseconds gather{20};

/// Ends its wait when there is something new, when the client has gone, and when the connection is ended.
/// Ends the connection of who does not keep up, also in the middle of a write that waits for it.
class wake_up {
public:
    explicit wake_up(call& c)
        : client_(c.x.client), timer_(std::make_shared<boost::asio::steady_timer>(c.owner.context())),
          subscriber_(c.owner.events(), &wake_up::call_back, this)
    {
        client_.info().socket.async_wait(watched::event::hangup,
                                         [timer = timer_](outcome) { timer->cancel(); });
    }
    wake_up(wake_up const&) = delete;
    wake_up& operator=(wake_up const&) = delete;
    ~wake_up()
    {
        client_.info().socket.cancel(watched::event::hangup, boost::asio::error::operation_aborted);
    }

    event_subscriber& events() noexcept { return subscriber_; }
    bool is_over() const noexcept
    {
        auto const& c = client_.info();
        return c.ended() || c.socket.peer_closed();
    }

    /// For new events, at the latest until then; when there are some already, for more to go with them.
    task<> wait(steady_clock::time_point until)
    {
        eager_ = !subscriber_.has_more();
        timer_->expires_at(eager_ ? until : steady_clock::now() + gather);
        co_await timer_->async_wait(as_tuple_awaitable);
    }

private:
    static void call_back(void* self) noexcept
    {
        auto& me = *static_cast<wake_up*>(self);
        if (me.subscriber_.missed_some())
            me.client_.end(errc::events_missed);
        if (me.eager_)
            me.timer_->cancel();
    }

    stream& client_;
    std::shared_ptr<boost::asio::steady_timer> timer_;
    event_subscriber subscriber_;
    bool eager_ = false;
};

void append_stats_event(std::string& out, runtime& owner)
{
    out += "event: stats\ndata: ";
    append_stats(out, owner);
    out += "\n\n";
}

struct event_request {
    milliseconds stats{0}; ///< between two events of counts; 0: none
};

checked<event_request> parse_events(std::vector<parameter> const& parameters)
{
    event_request made;
    for (auto const& one : parameters) {
        if (one.name != "stats")
            return problem{"there is no parameter " + quoted(one.name)};
        auto const every = parse_duration(one.value);
        if (!every)
            return problem{"stats: " + every.error().text};
        if (*every < 100ms || *every > 1h)
            return problem{"stats: " + quoted(one.value) + " is not from 100ms to 1h"};
        made.stats = *every;
    }
    return made;
}

// Until the client goes, does not keep up, or the daemon stops.
task<bool> send_events(call& c, event_request what, long_reply& out)
{
    wake_up wake(c);
    auto const start = steady_clock::now();
    auto next_stats = what.stats.count() > 0 ? start : steady_clock::time_point::max();
    auto next_sign = start;
    while (!wake.is_over()) {
        auto const now = steady_clock::now();
        wake.events().take(out.text(), long_reply::piece);
        if (now >= next_stats) {
            append_stats_event(out.text(), c.owner);
            next_stats = std::max(next_stats + what.stats, now);
        }
        if (now >= next_sign && out.text().empty())
            out.text() += ":\n\n"; // a comment
        if (!out.text().empty()) {
            next_sign = now + keep_alive_every;
            bool const sent = co_await out.send();
            if (!sent)
                co_return false;
        }
        if (wake.is_over() || (c.x.client.info().finishing() && !wake.events().has_more()))
            break;
        co_await wake.wait(std::min(next_stats, next_sign));
    }
    co_return true;
}

} // namespace

task<bool> stream_events(call& c)
{
    auto const what = parse_events(c.parameters);
    if (!what) {
        reply_error(c.x, http::status::bad_request, what.error().text);
        co_return true;
    }
    if (!c.owner.events().has_room()) {
        std::array const fields{http::extra_field{"Retry-After", "5"}};
        reply_error(c.x, http::status::service_unavailable,
                    "as many watch the events already as can: " + std::to_string(event_hub::max_subscribers),
                    fields);
        co_return true;
    }
    long_reply out(c.x, "text/event-stream");
    c.x.keep_alive = false;
    if (!c.x.wants_body())
        co_return co_await out.finish();
    out.text() += "retry: 1000\n\n";
    bool const sent = co_await send_events(c, *what, out);
    if (!sent)
        co_return false;
    co_return co_await out.finish();
}

} // namespace polyport::admin
