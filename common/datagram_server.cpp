// SPDX-License-Identifier: BSL-1.0
#include "common/datagram_server.hpp"

#include "common/exception_text.hpp"
#include "common/name_lookup/name_lookup.hpp"

#include <exception>
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
                                                   socket_address const& local, socket_address const& sender,
                                                   std::optional<ucred> const& peer)
{
    auto const now = socket_.set().turn_began();
    if (!gate_.admit_datagram(bound_.kind, sender, peer, owner_.names(), now))
        return std::nullopt;
    auto& known = owner_.flows().touch(service_, bound_.kind, local, sender, now);
    if (known.messages_received == 0) {
        if (auto const held = new_flows_.admit(now))
            owner_.log().info("flow-opened", {{"flow", known.id},
                                              {"service", service_.name()},
                                              {"transport", to_string(bound_.kind)},
                                              {"local", local.raw()},
                                              {"remote", sender.raw()},
                                              {"held-back", *held}});
    }
    ++known.messages_received;
    known.received += size;
    service_.stats.received += size;
    ++service_.stats.messages_received;

    datagram message(room, size, known, {owner_.log(), service_.name(), known.remote, 0, known.id});
    auto& loop = owner_.sockets();
    loop.works_for_flow(known.id);
    try {
        service_.handle(message);
        loop.piece_done();
    } catch (...) { // whatever it is: one message must not end the service for all
        if (auto const held = failures_.admit(now))
            owner_.log().error("handler-failed", {{"service", service_.name()},
                                                  {"flow", known.id},
                                                  {"remote", sender.raw()},
                                                  {"exception", text_of(std::current_exception())},
                                                  {"held-back", *held}});
        return std::nullopt;
    }
    auto const answer = message.answer();
    // Who has written our address over his own must not get more of us than he could send there himself.
    if (answer && *answer > size && bound_.kind == transport::udp) {
        gate_.refuse(refusal::answer_too_large, sender, now);
        return std::nullopt;
    }
    if (answer) {
        ++known.messages_sent;
        known.sent += *answer;
    }
    return answer;
}

void datagram_server::count_sent(std::size_t messages, std::size_t bytes) noexcept
{
    service_.stats.messages_sent += messages;
    service_.stats.sent += bytes;
}

void datagram_server::answer_lost(socket_address const& local, socket_address const& receiver,
                                  std::size_t bytes, std::string_view reason)
{
    // The flow may have had to leave meanwhile, and be another by now.
    if (auto* const known = owner_.flows().find(service_, local, receiver);
        known && known->messages_sent > 0 && known->sent >= bytes) {
        --known->messages_sent;
        known->sent -= bytes;
    }
    count_lost_answer(receiver, reason);
}

void datagram_server::count_lost_answer(socket_address const& receiver, std::string_view reason)
{
    ++service_.stats.lost_answers;
    if (auto const held = lost_answers_.admit(coarse_now()))
        owner_.log().warning("answer-lost", {{"service", service_.name()},
                                             {"remote", receiver.raw()},
                                             {"reason", reason},
                                             {"lost", service_.stats.lost_answers},
                                             {"held-back", *held}});
}

} // namespace polyport
