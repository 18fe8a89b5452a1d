// SPDX-License-Identifier: BSL-1.0
#include "client/datagram_chat.hpp"

#include "client/datagram_exchange.hpp"
#include "client/line_splitter.hpp"
#include "client/wait.hpp"

#include <array>
#include <cerrno>

#include <unistd.h>

namespace polyport::client {
namespace {

/// Standard input line by line; ends with `q` or `exit`, or when nobody reads standard output any more.
class line_reader {
public:
    explicit line_reader(int output) : output_(output) {}

    /// Nothing: it has ended.
    outcome<std::optional<line>> next();

private:
    outcome<> read_more();

    line_splitter splitter_{max_datagram + 3}; // a longest datagram, CR LF, and room to see that it is longer
    int output_;
    bool at_keyboard_ = ::isatty(STDIN_FILENO) == 1;
    bool ended_ = false;
};

outcome<std::optional<line>> line_reader::next()
{
    while (true) {
        auto one = splitter_.next();
        if (!one && ended_)
            one = splitter_.rest();
        if (one && is_farewell(*one))
            return std::nullopt;
        if (one || ended_)
            return one;
        if (auto const got = read_more(); !got)
            return got.error();
    }
}

outcome<> line_reader::read_more()
{
    if (at_keyboard_)
        write_all(STDERR_FILENO, "> ");
    std::array<pollfd, 2> set{{{STDIN_FILENO, POLLIN, 0}, {output_, 0, 0}}};
    wait_any(set, std::nullopt);
    if (set[1].revents & POLLERR)
        return failure{};

    std::array<char, std::size_t{16} * 1024> block;
    ssize_t const got = ::read(STDIN_FILENO, block.data(), block.size());
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        return failure{exit_status::failed, "standard input: " + cause(errno)};
    if (got > 0)
        splitter_.feed({block.data(), static_cast<std::size_t>(got)});
    ended_ = got == 0;
    if (ended_ && at_keyboard_)
        write_all(STDERR_FILENO, "\n");
    return {};
}

} // namespace

outcome<> chat_datagram(talk_options const& options, printer& out)
{
    auto peers = look_up(options.to);
    if (!peers)
        return peers.error();
    datagram_exchange talk(options, std::move(*peers));
    line_reader lines(out.fd());
    outcome<> ended;
    auto const go_on_after = [&ended](failure const& what) {
        report(what);
        if (ended)
            ended = failure{what.status, {}}; // said already
    };

    while (true) {
        auto const one = lines.next();
        if (!one)
            return one.error();
        if (!*one)
            return ended;
        auto const text = without_line_end((*one)->text);
        if (!(*one)->first)
            continue; // of a line that has been refused
        if (!(*one)->last || text.size() > max_datagram) {
            go_on_after(too_long_for_datagram("the line"));
            continue;
        }
        auto const answer = talk.ask(text);
        if (!answer) {
            go_on_after(answer.error());
            continue;
        }
        out.expect_reply();
        out.push(*answer);
        out.end_line();
        if (int const error = out.flush(); error != 0)
            return output_failure(error);
    }
}

} // namespace polyport::client
