// SPDX-License-Identifier: BSL-1.0
#include "client/stream_talk.hpp"

#include "common/option_values.hpp"

#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace polyport::client {
namespace {

/// Where a reply ends cannot be seen on a stream: the prompt comes back after this silence.
constexpr milliseconds prompt_pause{100};
/// Someone who has said `q` at the keyboard does not wait longer for a server that does not close.
constexpr milliseconds farewell_pause{1'000};

constexpr short ends_too(short events)
{
    return static_cast<short>(events | POLLHUP | POLLERR | POLLNVAL);
}

} // namespace

stream_talk::stream_talk(int socket, std::string peer, source& from, printer& to, talk_kind kind,
                         talk_options const& options)
    : socket_(socket), peer_(std::move(peer)), from_(from), to_(to), kind_(kind), timeout_(options.timeout),
      at_keyboard_(from.open() && ::isatty(from.fd()) == 1)
{
}

outcome<> stream_talk::run()
{
    while (true) {
        // Tried before waiting: a socket has nearly always room.
        send_pending();
        if (replies_ended_ && !to_.pending() && nothing_more_to_learn())
            return after_replies();
        if (!wait_for_events()) {
            if (auto const due = reply_deadline(); due && clock::now() >= *due)
                return too_late();
            prompt();
            continue;
        }
        if (ready_.output_gone)
            return failure{};
        if (ready_.input)
            if (int const error = read_input(); error != 0)
                return failure{exit_status::failed, "standard input: " + cause(error)};
        if (ready_.sendable)
            send_pending();
        if (ready_.receivable)
            receive();
        if (ready_.printable) {
            if (int const error = to_.write_some(); error != 0)
                return output_failure(error);
            progress_ = clock::now();
        }
    }
}

bool stream_talk::wait_for_events()
{
    bool const sending = !from_.pending().empty() && !replies_ended_;
    bool const reading = from_.pending().empty() && send_error_ == 0;
    bool const listening = !replies_ended_ && !to_.pending();
    std::array<pollfd, 3> set{{
        {reading ? from_.fd() : -1, POLLIN, 0},
        {sending || listening ? socket_ : -1,
         static_cast<short>((sending ? POLLOUT : 0) | (listening ? POLLIN : 0)), 0},
        // Even without an event asked for, POLLERR tells that the reader of a pipe has gone.
        {to_.fd(), static_cast<short>(to_.pending() ? POLLOUT : 0), 0},
    }};
    if (!wait_any(set, sooner(reply_deadline(), prompt_deadline())))
        return false;
    ready_.input = (set[0].revents & ends_too(POLLIN)) != 0;
    ready_.sendable = sending && (set[1].revents & ends_too(POLLOUT)) != 0;
    ready_.receivable = listening && (set[1].revents & ends_too(POLLIN)) != 0;
    ready_.printable = to_.pending() && (set[2].revents & POLLOUT) != 0;
    ready_.output_gone = (set[2].revents & POLLERR) != 0;
    return true;
}

/// Nobody is blamed for being slow while it is our turn: the keyboard's, or that of who reads our output.
deadline stream_talk::reply_deadline() const
{
    if (to_.pending() || replies_ended_)
        return std::nullopt;
    if (from_.said_farewell() && at_keyboard_)
        return progress_ + farewell_pause;
    bool const waiting = !from_.pending().empty() || !from_.open() || (is_chat() && unanswered_);
    return waiting && timeout_ ? deadline(progress_ + *timeout_) : std::nullopt;
}

deadline stream_talk::prompt_deadline() const
{
    bool const wanted = is_chat() && at_keyboard_ && from_.open() && !prompt_shown_ && !to_.pending();
    return wanted ? deadline(prompt_due_) : std::nullopt;
}

outcome<> stream_talk::too_late()
{
    finish();
    if (from_.said_farewell() && at_keyboard_)
        return {};
    return failure{exit_status::timed_out, peer_ + ": no answer within " + format_duration(*timeout_) +
                                               "; allow more with --timeout"};
}

int stream_talk::read_input()
{
    int const error = from_.read_more();
    progress_ = clock::now();
    prompt_shown_ = false;
    prompt_due_ = progress_ + prompt_pause;
    if (is_chat() && at_keyboard_ && !from_.open() && !from_.said_farewell())
        write_all(STDERR_FILENO, "\n"); // the key that ends the input leaves the cursor behind the prompt
    return error;
}

void stream_talk::send_pending()
{
    while (!from_.pending().empty() && send_error_ == 0 && !replies_ended_) {
        auto const bytes = from_.pending();
        ssize_t const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            from_.consume(static_cast<std::size_t>(sent));
            progress_ = clock::now();
            if (!unanswered_)
                to_.expect_reply();
            unanswered_ = true;
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            send_error_ = errno;
        }
    }
    if (send_error_ != 0) // what the peer said before it left is still to be read
        from_.consume(from_.pending().size());
    if (!from_.open() && from_.pending().empty() && !shut_) {
        ::shutdown(socket_, SHUT_WR);
        shut_ = true;
    }
}

void stream_talk::receive()
{
    std::array<char, 64 * 1024> block;
    ssize_t const got = ::recv(socket_, block.data(), block.size(), 0);
    if (got > 0) {
        unprompt();
        to_.push({block.data(), static_cast<std::size_t>(got)});
        unanswered_ = false;
        prompt_due_ = clock::now() + prompt_pause;
    } else if (got == 0) {
        replies_ended_ = true;
    } else if (errno != EAGAIN && errno != EINTR) {
        receive_error_ = errno;
        replies_ended_ = true;
    }
    progress_ = clock::now();
}

/// The end of the replies is no failure if the input ends there too, which only the input itself can tell.
bool stream_talk::nothing_more_to_learn() const
{
    return is_chat() || at_keyboard_ || !from_.open() || send_error_ != 0 || !from_.pending().empty();
}

outcome<> stream_talk::after_replies()
{
    if (int const error = finish(); error != 0)
        return output_failure(error);

    bool const all_sent = shut_ && send_error_ == 0;
    if (all_sent && receive_error_ == 0)
        return {};
    if (is_chat()) {
        write_all(STDERR_FILENO, "the other side has been closed.\n");
        return failure{};
    }
    if (receive_error_ != 0 && receive_error_ != EPIPE)
        return failure{exit_status::failed, peer_ + ": " + cause(receive_error_) +
                                                "; what was printed may not be all of the reply"};
    return failure{exit_status::failed,
                   peer_ + ": the other side has been closed before everything was sent"};
}

/// Leaves the cursor at the beginning of a line; returns what standard output said.
int stream_talk::finish()
{
    if (prompt_shown_)
        write_all(STDERR_FILENO, "\n");
    prompt_shown_ = false;
    to_.close_line();
    return to_.flush();
}

void stream_talk::prompt()
{
    to_.close_line();
    to_.flush();
    write_all(STDERR_FILENO, "> ");
    prompt_shown_ = true;
}

void stream_talk::unprompt()
{
    if (prompt_shown_)
        write_all(STDERR_FILENO, "\r\x1b[K");
    prompt_shown_ = false;
}

} // namespace polyport::client
