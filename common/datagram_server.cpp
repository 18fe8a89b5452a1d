// SPDX-License-Identifier: BSL-1.0
#include "common/datagram_server.hpp"

#include <utility>

namespace polyport {

datagram_server::datagram_server(runtime& owner, service_instance& service, listener bound)
    : owner_(owner), service_(service), gate_(owner.admission().of(service)), bound_(std::move(bound)),
      socket_(owner.sockets(), std::move(bound_.fd))
{
}

void datagram_server::stop()
{
    stopped_ = true;
    socket_.close();
    bound_.file = {};
}

std::optional<std::size_t> datagram_server::handle(std::span<char> room, std::size_t size,
                                                   socket_address const& sender,
                                                   std::optional<ucred> const& peer)
{
    auto const now = socket_.set().turn_began();
    if (!gate_.admit_datagram(bound_.kind, sender, peer, owner_.names(), now))
        return std::nullopt;
    auto& known = owner_.flows().touch(service_, bound_.kind, bound_.address, sender, now);
    if (known.messages_received == 0) {
        if (auto const held = new_flows_.admit(now))
            owner_.log().info("flow-opened", {{"flow", known.id},
                                              {"service", service_.name()},
                                              {"transport", to_string(bound_.kind)},
                                              {"remote", sender.to_string()},
                                              {"held-back", *held}});
    }
    ++known.messages_received;
    known.received += size;
    service_.stats.received += size;
    ++service_.stats.messages_received;

    datagram message(room, size, known, {owner_.log(), service_.name(), known.remote, 0, known.id});
    service_.handle(message);
    auto const answer = message.answer();
    // Who has written our address over his own must not get more of us than he could send there himself.
    if (answer && *answer > size && bound_.kind == transport::udp) {
        gate_.refuse(refusal::answer_too_large, sender, now);
        return std::nullopt;
    }
    if (answer) {
        ++known.messages_sent;
        known.sent += *answer;
        service_.stats.sent += *answer;
        ++service_.stats.messages_sent;
    }
    return answer;
}

void datagram_server::count_lost_answer(std::string_view reason)
{
    ++service_.stats.lost_answers;
    if (auto const held = lost_answers_.admit(coarse_now()))
        owner_.log().warning("answer-lost", {{"service", service_.name()},
                                             {"reason", reason},
                                             {"lost", service_.stats.lost_answers},
                                             {"held-back", *held}});
}

} // namespace polyport
