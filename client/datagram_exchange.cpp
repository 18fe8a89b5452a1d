// SPDX-License-Identifier: BSL-1.0
#include "client/datagram_exchange.hpp"

#include "client/wait.hpp"
#include "common/option_values.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace polyport::client {

failure too_long_for_datagram(std::string const& what)
{
    return {exit_status::failed, what + " is longer than the " + std::to_string(max_datagram) +
                                     " bytes that a datagram carries; send less, or use a stream"};
}

datagram_exchange::datagram_exchange(talk_options const& options, std::vector<socket_address> peers)
    : options_(options), peers_(std::move(peers))
{
}

outcome<std::string> datagram_exchange::ask(std::string_view request)
{
    if (answers_may_be_late_)
        close_socket();
    drop_late_answers();

    unsigned const tries = options_.retries + 1;
    verdict last = verdict::silent;
    for (unsigned n = 1; n <= tries; ++n) {
        answers_may_be_late_ = n > 1;
        deadline const until = after(options_.answer_timeout());
        last = attempt(request, until);
        if (last == verdict::answered)
            return std::move(answer_);
        if (last == verdict::hopeless)
            return reason_;
        if (n == tries)
            break;
        if (options_.verbose)
            report((last == verdict::refused ? connect_sentence(options_.to, peer_name(), last_error_)
                                             : peer_name() + ": no answer") +
                   " (try " + std::to_string(n + 1) + " of " + std::to_string(tries) + " follows)");
        if (last == verdict::refused)
            wait_any({}, until);
        else
            current_ = (current_ + 1) % peers_.size();
    }

    answers_may_be_late_ = true;
    std::string const counted = tries == 1 ? "1 try" : std::to_string(tries) + " tries";
    if (last == verdict::refused)
        return failure{exit_status::timed_out,
                       connect_sentence(options_.to, peer_name(), last_error_) + " (" + counted + ")"};
    return failure{exit_status::timed_out,
                   peer_name() + ": no answer to " + counted + " of " +
                       format_duration(options_.answer_timeout()) +
                       "; is the service running there? Allow more with --timeout or --retries"};
}

/// One try goes on to the next address when one refuses: only silence costs time.
datagram_exchange::verdict datagram_exchange::attempt(std::string_view request, deadline until)
{
    verdict last = verdict::refused;
    for (std::size_t n = 0; n < peers_.size() && last == verdict::refused; ++n) {
        if (n > 0) {
            current_ = (current_ + 1) % peers_.size();
            close_socket();
        }
        last = try_peer(request, until);
    }
    return last;
}

datagram_exchange::verdict datagram_exchange::try_peer(std::string_view request, deadline until)
{
    if (!link_.socket)
        if (auto const opened = open_socket(); opened != verdict::answered)
            return opened;
    if (auto const sent = send_request(request, until); sent != verdict::answered)
        return sent;
    return receive_answer(until);
}

/// verdict::answered stands for success here and in the next function.
datagram_exchange::verdict datagram_exchange::open_socket()
{
    auto opened = connect_datagram(options_, peers_[current_], ++serial_);
    if (opened.hopeless) {
        reason_ = *opened.hopeless;
        return verdict::hopeless;
    }
    if (opened.error != 0)
        return judge(opened.error);
    link_.socket = std::move(opened.made.socket);
    if (opened.made.path)
        link_.path.emplace(std::move(*opened.made.path));
    return verdict::answered;
}

datagram_exchange::verdict datagram_exchange::send_request(std::string_view request, deadline until)
{
    bool error_was_old = false;
    while (true) {
        if (::send(link_.socket.get(), request.data(), request.size(), MSG_NOSIGNAL) >= 0)
            return verdict::answered;
        int const error = errno;
        if (error == EINTR)
            continue;
        if (error == EAGAIN || error == ENOBUFS) { // a UNIX receiver whose queue is full, or a full buffer
            if (!wait_for(link_.socket.get(), POLLOUT, until))
                return verdict::silent;
            continue;
        }
        // What an ICMP message says of an earlier datagram is told by the next call, which then sends
        // nothing.
        if (error == ECONNREFUSED && peers_[current_].is_ip() && !error_was_old) {
            error_was_old = true;
            continue;
        }
        return judge(error);
    }
}

datagram_exchange::verdict datagram_exchange::receive_answer(deadline until)
{
    int const socket = link_.socket.get();
    while (wait_for(socket, POLLIN, until)) {
        // With MSG_TRUNC the length of the whole datagram is told, however long it is.
        ssize_t const size = ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC);
        if (size >= 0) {
            answer_.resize(static_cast<std::size_t>(size));
            ssize_t const got = ::recv(socket, answer_.data(), answer_.size(), 0);
            if (got >= 0) {
                answer_.resize(static_cast<std::size_t>(got));
                return verdict::answered;
            }
        }
        if (errno != EAGAIN && errno != EINTR)
            return judge(errno);
    }
    return verdict::silent;
}

datagram_exchange::verdict datagram_exchange::judge(int error)
{
    last_error_ = error;
    switch (error) {
    case ECONNREFUSED:
    case ENOENT:
    case ECONNRESET: // a UNIX server that has closed its socket with our datagram unread
    case ENOTCONN:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
        // A UNIX socket stays connected to the dead server even if a new one has bound the path.
        if (peers_[current_].is_unix())
            close_socket();
        return verdict::refused;
    case EMSGSIZE:
        reason_ = too_long_for_datagram("the text");
        return verdict::hopeless;
    default:
        reason_ = {exit_status::failed, connect_sentence(options_.to, peer_name(), error)};
        return verdict::hopeless;
    }
}

void datagram_exchange::drop_late_answers()
{
    if (!link_.socket)
        return;
    // With MSG_TRUNC a datagram is taken off the queue whatever the size of the buffer; errors that wait
    // on the socket are taken off in the same way, and belong to the past as well.
    constexpr int most = 10'000;
    for (int n = 0; n < most; ++n) {
        if (::recv(link_.socket.get(), nullptr, 0, MSG_TRUNC) < 0 && errno == EAGAIN)
            return;
        if (options_.verbose)
            report(peer_name() + ": dropped what came without being asked for");
    }
}

void datagram_exchange::close_socket()
{
    link_.socket.reset();
    link_.path.reset(); // after the socket, so that a new one may bind the same path
}

std::string datagram_exchange::peer_name() const
{
    std::string const address = peers_[current_].to_string();
    std::string const name = name_of(options_.to);
    return address == name ? name : name + " (" + address + ")";
}

} // namespace polyport::client
