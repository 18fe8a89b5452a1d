// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/admission.hpp"

#include "common/connection.hpp"

namespace polyport::cgi {

bool admission::may_run(std::string const& peer) const
{
    if (running_ >= most_.running)
        return false;
    if (most_.running_per_peer == 0 || peer.empty())
        return true;
    auto const found = running_by_peer_.find(peer);
    return found == running_by_peer_.end() || found->second < most_.running_per_peer;
}

void admission::enter(std::string const& peer)
{
    ++running_;
    if (most_.running_per_peer > 0 && !peer.empty())
        ++running_by_peer_[peer];
}

void admission::leave(std::string const& peer) noexcept
{
    --running_;
    auto const found = running_by_peer_.find(peer);
    if (found != running_by_peer_.end() && --found->second == 0)
        running_by_peer_.erase(found);
    admit_next();
}

// Without a limit for each peer whoever waits comes first; with one, those who wait may be held up by it
// alone.
admission::ticket admission::try_enter(std::string const& peer)
{
    if (!may_run(peer) || (waiting_ > 0 && most_.running_per_peer == 0))
        return {};
    enter(peer);
    return {*this, peer};
}

void admission::enqueue(place& at)
{
    if (most_.patience.count() > 0)
        at.until_ = coarse_now() + most_.patience;
    ++waiting_;
    queue_.push_back(at);
}

void admission::dequeue(place& at, error_code result)
{
    --waiting_;
    queue_.erase(queue_.iterator_to(at));
    set_.resume_later(*std::exchange(at.waiting_, nullptr), result);
}

void admission::cancel(place& at, error_code reason)
{
    if (at.waiting_)
        dequeue(at, reason);
}

void admission::admit_next()
{
    for (auto& one : queue_) {
        if (!may_run(one.peer_))
            continue;
        enter(one.peer_);
        dequeue(one, {});
        return;
    }
}

admission::time_point admission::next_expiry() const noexcept
{
    return queue_.empty() ? time_point::max() : queue_.front().until_;
}

admission::time_point admission::expire(time_point now)
{
    while (next_expiry() <= now)
        dequeue(queue_.front(), errc::handler_timeout);
    return next_expiry();
}

} // namespace polyport::cgi
