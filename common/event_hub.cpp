// SPDX-License-Identifier: BSL-1.0
#include "common/event_hub.hpp"

namespace polyport {

// The form of the HTML standard, "Server-sent events": fields in lines, and an empty line.
void event_hub::publish(std::string_view name, std::string_view data)
{
    if (!wanted())
        return;
    std::string text = "id: " + std::to_string(next_) + "\nevent: ";
    text.append(name).append("\ndata: ").append(data).append("\n\n");
    ++next_;
    bytes_ += text.size();
    ring_.push_back(std::move(text));
    while (bytes_ > max_bytes && ring_.size() > 1) {
        bytes_ -= ring_.front().size();
        ring_.pop_front();
    }
    for (auto& one : subscribers_) {
        if (one.next_ < oldest() && !one.missed_some_) {
            one.missed_some_ = true;
            ++dropped_;
        }
        one.call_(one.whom_);
    }
}

event_subscriber::event_subscriber(event_hub& hub, function call, void* whom)
    : hub_(hub), call_(call), whom_(whom), next_(hub.next_)
{
    hub_.subscribers_.push_back(*this);
}

event_subscriber::~event_subscriber()
{
    hub_.subscribers_.erase(event_hub::list::s_iterator_to(*this));
    if (hub_.wanted())
        return;
    hub_.ring_ = {};
    hub_.bytes_ = 0;
}

bool event_subscriber::take(std::string& out, std::size_t enough)
{
    if (missed_some_)
        return false;
    auto const begin = out.size();
    while (has_more() && out.size() - begin < enough) {
        out += hub_.ring_[static_cast<std::size_t>(next_ - hub_.oldest())];
        ++next_;
    }
    return true;
}

} // namespace polyport
