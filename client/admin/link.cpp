// SPDX-License-Identifier: BSL-1.0
#include "client/admin/link.hpp"

#include "client/talk_options.hpp"
#include "client/wait.hpp"
#include "common/option_values.hpp"

#include <boost/json/parse.hpp>

#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace polyport::client {
namespace {

std::string host_of(destination const& to)
{
    return to.endpoint.is_unix() ? "localhost" : name_of(to);
}

failure too_late(admin_options const& options)
{
    return {exit_status::timed_out, name_of(options.to) + ": no answer within " +
                                        format_duration(options.timeout) + "; allow more with --timeout"};
}

} // namespace

outcome<admin_link::waited> admin_link::wait(short events, deadline until) const
{
    int const socket = connection_->socket.get();
    if (!wait_)
        return wait_for(socket, events, until) ? waited::ready : waited::late;
    auto const how = wait_(socket, events, until);
    if (how == waited::interrupted)
        return failure{exit_status::done, {}};
    return how;
}

// The number of bytes, 0 at the end of the stream, -1 when the deadline has come.
outcome<ssize_t> admin_link::receive_some(std::span<char> into, deadline until) const
{
    for (;;) {
        ssize_t const got = ::recv(connection_->socket.get(), into.data(), into.size(), 0);
        if (got >= 0)
            return got;
        if (errno == EAGAIN) {
            auto const waited_for = wait(POLLIN, until);
            if (!waited_for)
                return waited_for.error();
            if (*waited_for == waited::late)
                return -1;
        } else if (errno != EINTR) {
            return failure{exit_status::failed, name_of(options_.to) + ": " + cause(errno)};
        }
    }
}

outcome<> admin_link::connect()
{
    talk_options how;
    how.to = options_.to;
    how.timeout = options_.timeout;
    auto made = connect_stream(how);
    if (!made) {
        auto why = made.error();
        if (why.status == exit_status::failed)
            why.sentence += (why.sentence.ends_with('?') ? " Start" : "; start") +
                            std::string(" it with --admin, and name the same place here with --admin or "
                                        "POLYPORT_ADMIN");
        return why;
    }
    connection_.emplace(std::move(*made));
    fresh_ = true;
    return {};
}

outcome<> admin_link::send(std::string_view method, std::string_view target, std::string_view body)
{
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host_of(options_.to));
    text += "\r\nAccept: application/json\r\n";
    if (!options_.token.empty())
        text.append("Authorization: Bearer ").append(options_.token).append("\r\n");
    if (!body.empty() || method == "PUT" || method == "POST")
        text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    text.append("\r\n").append(body);
    std::string_view left(text);
    auto const until = after(options_.timeout);
    while (!left.empty()) {
        ssize_t const sent = ::send(connection_->socket.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            left.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            auto const waited_for = wait(POLLOUT, until);
            if (!waited_for)
                return waited_for.error();
            if (*waited_for == waited::late)
                return too_late(options_);
        } else if (errno != EINTR) {
            return failure{exit_status::failed, name_of(options_.to) + ": " + cause(errno)};
        }
    }
    return {};
}

failure admin_link::refused(int status, std::string const& body) const
{
    boost::system::error_code error;
    auto const read = boost::json::parse(body, error);
    std::string sentence;
    if (!error && read.is_object()) {
        if (auto const* const said = read.as_object().if_contains("error"); said && said->is_string())
            sentence = std::string(said->as_string());
    }
    if (sentence.empty())
        sentence = "answered with status " + std::to_string(status) +
                   "; is this the control interface of polyportd?";
    if (status == 401)
        sentence += "; name the file that has it with --token-file";
    // 400: what stands in the command has gone to the daemon as it is, and is no value of that option.
    auto const how = status == 400 ? exit_status::misused : exit_status::failed;
    return {how, name_of(options_.to) + ": " + sentence};
}

outcome<std::string> admin_link::receive()
{
    http_reader reader;
    std::string body;
    std::array<char, 64 * 1024> block;
    bool began = false;
    while (reader.now() == http_reader::state::head || reader.now() == http_reader::state::body) {
        auto const got = receive_some(block, after(options_.timeout));
        if (!got || *got < 0) {
            closed_early_ = !began && !got && got.error().status != exit_status::done;
            return got ? too_late(options_) : got.error();
        }
        if (*got == 0)
            reader.end();
        else
            reader.feed({block.data(), static_cast<std::size_t>(*got)}, body);
        closed_early_ = !began && *got == 0;
        began = true;
        if (body.size() > max_body)
            return failure{exit_status::failed, name_of(options_.to) + ": the answer is too long"};
    }
    bool const good = reader.now() == http_reader::state::done;
    if (!reader.keep_alive())
        connection_.reset();
    if (!good)
        return failure{exit_status::failed,
                       name_of(options_.to) +
                           ": the connection was closed before the answer was complete, or this "
                           "is no control interface of polyportd"};
    if (reader.status() >= 400)
        return refused(reader.status(), body);
    return body;
}

outcome<std::string> admin_link::ask(std::string_view method, std::string_view target, std::string_view body)
{
    for (;;) {
        if (!connection_) {
            if (auto const made = connect(); !made)
                return made.error();
        }
        bool const used_before = !std::exchange(fresh_, false);
        closed_early_ = false;
        auto const sent = send(method, target, body);
        auto answer = sent ? receive() : outcome<std::string>(sent.error());
        if (answer)
            return answer;
        connection_.reset();
        // The daemon closes a connection that was idle for long: then a new one is as good.
        if (!used_before || (sent && !closed_early_))
            return answer;
    }
}

outcome<> admin_link::listen(std::string_view target)
{
    connection_.reset();
    if (auto const made = connect(); !made)
        return made.error();
    if (auto const sent = send("GET", target, {}); !sent)
        return sent.error();
    stream_.emplace();
    auto const until = after(options_.timeout);
    while (stream_->now() == http_reader::state::head) {
        auto const more = read_stream(until);
        if (!more)
            return more.error();
        if (!*more)
            return too_late(options_);
    }
    while (stream_->status() >= 400 && stream_->now() == http_reader::state::body) {
        auto const more = read_stream(until);
        if (!more || !*more)
            break;
    }
    if (stream_->status() >= 400)
        return refused(stream_->status(), held_);
    return {};
}

// False when the deadline has come.
outcome<bool> admin_link::read_stream(deadline until)
{
    std::array<char, 16 * 1024> block;
    auto const got = receive_some(block, until);
    if (!got)
        return got.error();
    if (*got < 0)
        return false;
    if (*got == 0)
        stream_->end();
    else
        stream_->feed({block.data(), static_cast<std::size_t>(*got)}, held_);
    if (stream_->now() == http_reader::state::broken && stream_->status() == 0)
        return failure{exit_status::failed,
                       name_of(options_.to) + ": this is no control interface of polyportd"};
    return true;
}

outcome<std::optional<std::string>> admin_link::next_bytes(deadline until)
{
    while (held_.empty()) {
        if (stream_->now() != http_reader::state::body)
            return std::optional<std::string>();
        auto const more = read_stream(until);
        if (!more)
            return more.error();
        if (!*more)
            break;
    }
    return std::optional<std::string>(std::exchange(held_, {}));
}

outcome<boost::json::value> admin_link::ask_json(std::string_view method, std::string_view target,
                                                 std::string_view body)
{
    auto const answer = ask(method, target, body);
    if (!answer)
        return answer.error();
    boost::system::error_code error;
    auto read = boost::json::parse(*answer, error);
    if (error)
        return failure{exit_status::failed, name_of(options_.to) + ": the answer is no JSON"};
    return read;
}

} // namespace polyport::client
