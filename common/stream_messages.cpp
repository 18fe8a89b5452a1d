// SPDX-License-Identifier: BSL-1.0
// Reading by messages: exactly so many bytes, up to a delimiter, lines.
#include "common/connection_table.hpp"
#include "common/runtime.hpp"
#include "common/stream.hpp"

#include <boost/asio/error.hpp>

namespace polyport {
namespace {

// What a peer may still send to a handler that has finished.
constexpr std::size_t bytes_to_throw_away = std::size_t{1} * 1024 * 1024;
constexpr std::chrono::seconds time_to_close{2};

} // namespace

watched::deferred_wait stream::wait_for_input(bool within_message)
{
    bool const request = within_message || c_->deadline != deadline_kind::none;
    // Not wait_readable(), which does not wait while there is input: more of it is wanted.
    return request ? wait(watched::event::readable, connection_state::reading) : wait_for_request();
}

task<io_result> stream::read_some(std::span<char> into)
{
    for (;;) {
        auto const got = read_now(into);
        if (got.error != boost::asio::error::would_block) {
            if (has_gone_on_for_long())
                co_await take_turn();
            co_return got;
        }
        auto const waited = co_await wait_for_input(false);
        if (waited)
            co_return io_result{waited.error, 0};
    }
}

task<result<std::string_view>> stream::read_some(std::size_t at_most)
{
    while (c_->input.empty()) {
        auto const got = fill_input(at_most);
        if (!got.error)
            break;
        if (got.error != boost::asio::error::would_block)
            co_return got.error;
        c_->input.release();
        auto const waited = co_await wait_for_input(false);
        if (waited)
            co_return waited.error;
    }
    if (has_gone_on_for_long())
        co_await take_turn();
    input_came();
    auto const piece = c_->input.bytes().substr(0, at_most);
    c_->input.consume(piece.size());
    co_return piece;
}

// The rest of a message must come within a time, too. True if this has set the deadline.
bool stream::limit_message()
{
    if (c_->deadline != deadline_kind::none)
        return false;
    auto const own = c_->idle_timeout;
    c_->set_deadline(deadline_kind::body, own.count() > 0 ? own : owner_->settings().idle_timeout);
    return true;
}

task<io_result> stream::read_exactly(std::span<char> into)
{
    std::size_t size = 0;
    bool limited = false;
    error_code error;
    while (size < into.size() && !error) {
        auto const got = read_now(into.subspan(size));
        size += got.size;
        if (got.error != boost::asio::error::would_block) {
            error = got.error;
            continue;
        }
        if (size > 0 && !limited)
            limited = limit_message();
        auto const waited = co_await wait_for_input(size > 0);
        error = waited.error;
    }
    if (limited)
        c_->clear_deadline();
    co_return io_result{error, size};
}

io_result stream::fill_input(std::size_t wanted)
{
    if (auto const reason = c_->ended())
        return used_in_vain(reason);
    if (!c_->socket.may_be_readable())
        return {boost::asio::error::would_block, 0};
    auto const room = c_->input.room(owner_->buffers(), wanted);
    auto const got = receive(room);
    c_->input.added(got.size);
    return got;
}

task<result<std::string_view>> stream::read_until(std::string_view delimiter, std::size_t at_most)
{
    auto const longest = at_most + delimiter.size();
    std::size_t searched = 0;
    bool limited = false;
    error_code error;
    std::size_t size = 0;
    for (;;) {
        input_came();
        auto const bytes = c_->input.bytes();
        size = bytes.find(delimiter, searched);
        if (size != bytes.npos || error)
            break;
        if (bytes.size() >= longest) {
            error = errc::message_too_large;
            break;
        }
        searched = bytes.size() - std::min(bytes.size(), delimiter.size() - 1);
        auto const got = fill_input(longest);
        if (got.error != boost::asio::error::would_block) {
            error = got.error;
            continue;
        }
        if (c_->input.empty())
            c_->input.release();
        else if (!limited)
            limited = limit_message();
        auto const waited = co_await wait_for_input(!c_->input.empty());
        error = waited.error;
    }
    if (limited)
        c_->clear_deadline();
    if (size == std::string_view::npos)
        co_return error;
    if (has_gone_on_for_long())
        co_await take_turn();
    auto const found = c_->input.bytes().substr(0, size);
    if (size > at_most)
        co_return error_code(errc::message_too_large);
    c_->input.consume(size + delimiter.size());
    co_return found;
}

task<result<std::string_view>> stream::read_line(std::size_t at_most)
{
    auto line = co_await read_until("\n", at_most + 1); // room for a CR
    if (!line) {
        auto const rest = c_->input.bytes();
        if (line.error() != errc::end_of_stream || rest.empty())
            co_return line.error();
        c_->input.consume(rest.size());
        line = rest;
    }
    auto text = *line;
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    if (text.size() > at_most)
        co_return error_code(errc::message_too_large);
    co_return text;
}

task<> stream::finish()
{
    co_await flush();
    shutdown_send();
    // Of a kind that ends the wait alone: the reason for the log is the handler's.
    c_->set_deadline(deadline_kind::body, time_to_close);
    for (std::size_t thrown = 0; thrown < bytes_to_throw_away;) {
        c_->input.release();
        auto const got = fill_input(1);
        thrown += got.size;
        if (!got.error) {
            if (has_gone_on_for_long())
                co_await take_turn();
            continue;
        }
        if (got.error != boost::asio::error::would_block)
            break;
        auto const waited = co_await wait(watched::event::readable, connection_state::reading);
        if (waited)
            break;
    }
    c_->input.release();
    c_->clear_deadline();
}

} // namespace polyport
