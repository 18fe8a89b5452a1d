// SPDX-License-Identifier: BSL-1.0
#include "common/unix_datagram_server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <sys/socket.h>

namespace polyport {
namespace {

constexpr int messages_a_turn = 64;
constexpr std::size_t first_buffer =
    std::size_t{256} * 1024; // a message at the default net.core.wmem_max, and more
constexpr std::size_t largest_message = std::size_t{16} * 1024 * 1024;
constexpr std::size_t pending_answers_max = 1024;
constexpr std::size_t pending_bytes_max = std::size_t{16} * 1024 * 1024;
constexpr std::chrono::milliseconds retry_interval{
    5}; // the kernel tells nobody when a receiver has room again
constexpr std::chrono::seconds give_up_after{5};

std::optional<ucred> credentials_in(msghdr& message)
{
    for (auto* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
            continue;
        ucred peer;
        std::memcpy(&peer, CMSG_DATA(c), sizeof peer);
        return peer;
    }
    return std::nullopt;
}

} // namespace

unix_datagram_server::unix_datagram_server(runtime& owner, service_instance& service, listener bound)
    : datagram_server(owner, service, std::move(bound)), buffer_(first_buffer), retry_(owner.context()),
      asks_for_peers_(gate_.rules().asks_for_unix_ids())
{
    int const on = 1;
    if (asks_for_peers_)
        ::setsockopt(socket_.fd(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
}

task<> unix_datagram_server::run()
{
    co_await socket_.turn(); // from here on it is timed, as what Asio has resumed is not
    while (!stopped_) {
        for (int i = 0; i < messages_a_turn && !stopped_; ++i) {
            if (!receive_one())
                break;
        }
        co_await socket_.wait(watched::event::readable);
    }
}

void unix_datagram_server::stop()
{
    datagram_server::stop();
    retry_.cancel();
}

// False when there is nothing to receive. The size is asked for first, so that a large message is not cut.
bool unix_datagram_server::receive_one()
{
    ssize_t const size = ::recv(socket_.fd(), nullptr, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
    if (size < 0) {
        if (errno == EAGAIN)
            socket_.input_drained();
        return errno == EINTR;
    }
    auto const wanted = static_cast<std::size_t>(size);
    if (wanted > buffer_.size() && wanted <= largest_message)
        buffer_.resize(wanted);

    sockaddr_storage from{};
    iovec part{buffer_.data(), buffer_.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control;
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (asks_for_peers_) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
    }
    ssize_t const got = ::recvmsg(socket_.fd(), &message, MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0)
        return true;
    auto const sender = socket_address::from(reinterpret_cast<sockaddr*>(&from), message.msg_namelen);
    if (static_cast<std::size_t>(got) > buffer_.size()) {
        count_lost_answer(sender, "the message is larger than 16 MiB");
        return true;
    }
    if (sender.is_unnamed()) {
        ++unnamed_;
        if (auto const held = unnamed_senders_.admit(coarse_now()))
            owner_.log().warning("sender-unnamed", {{"service", service_.name()},
                                                    {"messages", unnamed_},
                                                    {"remedy", "the client must bind a path of its own"},
                                                    {"held-back", *held}});
    }
    if (auto const reply =
            handle(buffer_, static_cast<std::size_t>(got), address(), sender, credentials_in(message));
        reply && !sender.is_unnamed())
        answer(sender, std::span(buffer_).first(*reply));
    return true;
}

unix_datagram_server::sending unix_datagram_server::send(socket_address const& receiver,
                                                         std::span<char const> bytes)
{
    sockaddr_storage to;
    auto const length = receiver.fill(to);
    if (::sendto(socket_.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                 reinterpret_cast<sockaddr*>(&to), length) >= 0) {
        count_sent(1, bytes.size());
        return sending::done;
    }
    if (errno == EAGAIN || errno == ENOBUFS)
        return sending::full;
    answer_lost(address(), receiver, bytes.size(), std::strerror(errno));
    return sending::lost;
}

void unix_datagram_server::answer(socket_address const& receiver, std::span<char const> bytes)
{
    bool const behind_others = std::any_of(pending_.begin(), pending_.end(),
                                           [&](pending_answer const& p) { return p.receiver == receiver; });
    if (behind_others || send(receiver, bytes) == sending::full)
        keep(receiver, bytes);
}

void unix_datagram_server::keep(socket_address const& receiver, std::span<char const> bytes)
{
    if (pending_.size() >= pending_answers_max || pending_bytes_ + bytes.size() > pending_bytes_max) {
        answer_lost(address(), receiver, bytes.size(),
                    "too many answers wait for receivers that do not read");
        return;
    }
    pending_.push_back({receiver, std::string(bytes.data(), bytes.size()), coarse_now() + give_up_after});
    pending_bytes_ += bytes.size();
    retry_later();
}

void unix_datagram_server::retry_later()
{
    if (pending_.empty() || std::exchange(retrying_, true))
        return;
    retry_.expires_after(retry_interval);
    retry_.async_wait([this](error_code) {
        retrying_ = false;
        if (!stopped_)
            retry_pending();
    });
}

// One attempt for each receiver: its first answer that does not go keeps back the others.
void unix_datagram_server::retry_pending()
{
    auto const now = coarse_now();
    std::vector<socket_address> full;
    std::deque<pending_answer> left;
    for (auto& p : pending_) {
        bool const blocked = std::find(full.begin(), full.end(), p.receiver) != full.end();
        if (now < p.give_up_at) {
            if (!blocked && send(p.receiver, p.bytes) != sending::full) {
                pending_bytes_ -= p.bytes.size();
                continue;
            }
            if (!blocked)
                full.push_back(p.receiver);
            left.push_back(std::move(p));
        } else {
            pending_bytes_ -= p.bytes.size();
            answer_lost(address(), p.receiver, p.bytes.size(), "the receiver's queue stays full");
        }
    }
    pending_ = std::move(left);
    retry_later();
}

} // namespace polyport
