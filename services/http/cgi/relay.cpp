// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/relay.hpp"

#include "services/http/characters.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>
#include <vector>

#include <sys/uio.h>
#include <unistd.h>

namespace polyport::cgi {
namespace {

// A whole body up to here is copied behind its head, and may wait there for more pipelined responses.
constexpr std::size_t copied_size = 16 * 1024;

constexpr std::string_view chunk_end = "\r\n";
constexpr std::string_view last_chunk = "\r\n0\r\n\r\n";
constexpr std::string_view no_chunk_but_the_last = "0\r\n\r\n";

// Those that every response of ours has already.
bool is_the_servers(std::string_view name) noexcept
{
    return http::equals_ignoring_case(name, "date") || http::equals_ignoring_case(name, "server");
}

void append_chunk_size(std::string& out, std::size_t size)
{
    std::array<char, 16> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
    out.append(digits.data(), end);
    out += chunk_end;
}

iovec part(std::string_view bytes)
{
    return {const_cast<char*>(bytes.data()), bytes.size()};
}

// "HTTP/1.1 200 OK": what the access log shows of a response that is not ours.
http::status status_in(std::string_view raw)
{
    auto const space = raw.find(' ');
    auto const digits = space == std::string_view::npos ? std::string_view() : raw.substr(space + 1, 3);
    if (digits.size() != 3 || !http::all_are(digits, http::digit_char))
        return http::status::ok;
    return static_cast<http::status>((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
}

} // namespace

task<relay::result> relay::run_to_end()
{
    for (;;) {
        auto const waited = co_await run_.output().wait(watched::event::readable);
        // Only a stranger that holds the pipe could print more: what is there is all.
        bool const no_more = waited.error == errc::end_of_stream;
        if (waited && !no_more) {
            if (framing_ == framing::none) // the response was complete before
                co_return result::done;
            co_return framing_ == framing::undecided ? result::cut : result::broken;
        }
        auto const buffer = x_.client.borrow_buffer();
        auto const got = gather(buffer.bytes(), no_more);
        // What a crash has cut off must not look whole to the client: no last chunk then.
        bool broken_off = false;
        if (got.ended && framing_ == framing::chunked)
            broken_off = co_await run_.was_killed();
        auto const done = co_await take({buffer.data(), got.size}, got.ended && !broken_off);
        if (!done)
            co_return result_;
        if (broken_off) {
            co_await x_.flush();
            co_return result::broken;
        }
        if (got.ended)
            break;
    }
    if (framing_ != framing::counted || left_ == 0)
        co_return result::done;
    run_.set_problem("its output ended before its Content-Length was reached");
    co_await x_.flush();
    co_return result::broken;
}

// As much as there is, so that a short output is seen whole, with its end.
relay::gathered relay::gather(std::span<char> into, bool no_more)
{
    gathered got;
    auto& output = run_.output();
    while (got.size < into.size()) {
        auto const room = into.subspan(got.size);
        ssize_t const count = ::read(output.fd(), room.data(), room.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            got.ended = count == 0 || errno != EAGAIN || no_more;
            output.input_drained();
            break;
        }
        got.size += static_cast<std::size_t>(count);
        if (static_cast<std::size_t>(count) < room.size() && !output.peer_closed()) {
            output.input_drained();
            break;
        }
    }
    run_.count_output(got.size);
    return got;
}

// False if the rest of the output is of no use; result_ says what came of it.
task<bool> relay::take(std::string_view bytes, bool ended)
{
    if (framing_ == framing::undecided) {
        bytes.remove_prefix(head_.feed(bytes));
        if (ended)
            head_.finish();
        if (head_.current() == output_head::state::more)
            co_return true;
        if (!begin(bytes, ended))
            co_return false;
    }
    co_return co_await send(bytes, ended);
}

bool relay::begin(std::string_view body, bool ended)
{
    if (head_.current() == output_head::state::bad) {
        answer_bad_output(ended);
        return false;
    }
    if (head_.current() == output_head::state::raw) {
        begin_raw(body);
        return true;
    }
    if (head_.what() == output_head::kind::local_redirect) {
        result_ = result::redirect;
        return false;
    }
    x_.use_body_further(!ended && run_.input());
    if (head_.what() == output_head::kind::client_redirect && head_.content_type().empty())
        answer_bare_redirect();
    else
        begin_response(body.size(), ended);
    return true;
}

// RFC 3875 section 5: what a program prints that writes its own head goes out as it is. Nobody knows where it
// ends but by its end.
void relay::begin_raw(std::string_view body)
{
    framing_ = framing::until_close;
    x_.keep_alive = false;
    x_.code = status_in(head_.text().empty() ? body : head_.text());
    x_.out().append(head_.text());
}

void relay::answer_bad_output(bool ended)
{
    run_.set_problem(std::string(head_.problem()));
    if (!ended)
        run_.give_up(cut::bad_output);
    x_.respond_error(http::status::bad_gateway, "the program gave no valid response");
}

// RFC 3875 section 6.2.3: the server makes the body.
void relay::answer_bare_redirect()
{
    std::vector<http::extra_field> fields;
    fields.reserve(head_.field_count() + 1);
    fields.push_back({"Location", head_.location()});
    for (std::size_t i = 0; i < head_.field_count(); ++i) {
        auto const [name, value] = head_.other(i);
        if (!is_the_servers(name))
            fields.push_back({name, value});
    }
    x_.respond_error(static_cast<http::status>(head_.status()), {}, fields);
    framing_ = framing::none;
}

relay::framing relay::choose_framing(bool ended) const
{
    if (!x_.wants_body() || !http::allows_body(x_.code))
        return framing::none;
    if (head_.content_length())
        return framing::counted;
    if (ended)
        return framing::whole;
    return x_.head.minor_version() > 0 ? framing::chunked : framing::until_close;
}

void relay::begin_response(std::size_t body_size, bool ended)
{
    auto response = x_.begin_response(static_cast<http::status>(head_.status()), head_.reason());
    if (!head_.content_type().empty())
        response.field("Content-Type", head_.content_type());
    if (!head_.location().empty())
        response.field("Location", head_.location());
    for (std::size_t i = 0; i < head_.field_count(); ++i) {
        auto const [name, value] = head_.other(i);
        if (!is_the_servers(name))
            response.field(name, value);
    }
    framing_ = choose_framing(ended);
    left_ = head_.content_length().value_or(0);
    if (framing_ == framing::chunked)
        response.chunked();
    else if (framing_ == framing::whole)
        response.content_length(body_size);
    else if (framing_ == framing::until_close)
        x_.keep_alive = false;
    else if (head_.content_length() && http::allows_body(x_.code)) // HEAD, too
        response.content_length(left_);
    response.connection(x_.keep_alive, x_.head.minor_version());
    response.finish();
}

// Cuts `body` down to what may be sent, puts what goes before it into x.out(), and returns what goes behind
// it.
std::string_view relay::frame(std::string_view& body, bool ended)
{
    if (framing_ == framing::none) {
        body = {};
    } else if (framing_ == framing::counted) {
        if (body.size() > left_)
            run_.set_problem("its output is longer than its Content-Length");
        body = body.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(body.size(), left_)));
        left_ -= body.size();
    } else if (framing_ == framing::chunked) {
        if (body.empty())
            return ended ? no_chunk_but_the_last : std::string_view();
        append_chunk_size(x_.out(), body.size());
        return ended ? last_chunk : chunk_end;
    }
    return {};
}

task<bool> relay::send(std::string_view body, bool ended)
{
    auto const behind = frame(body, ended);
    x_.sent += body.size();
    auto& out = x_.out();
    if (ended && body.size() <= copied_size) {
        out.append(body).append(behind);
        co_return true;
    }
    if (out.empty() && body.empty() && behind.empty())
        co_return true;
    std::array<iovec, 3> parts{part(out), part(body), part(behind)};
    x_.note_first_byte();
    run_.pause_output(true);
    auto const sent = co_await x_.client.write(std::span<iovec>(parts));
    run_.pause_output(false);
    out.clear();
    if (!sent)
        co_return true;
    run_.give_up(cut_by(x_.client.info().ended()));
    result_ = result::broken;
    co_return false;
}

} // namespace polyport::cgi
