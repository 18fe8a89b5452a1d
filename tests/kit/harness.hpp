// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/io_faults.hpp"
#include "common/service.hpp"
#include "tests/kit/peer.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::testing {

/// A service under test is not what it should be. Any framework for tests reports it.
class failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A service in this process, with real streams over pairs of sockets, without the network, and with a time
/// of its own that stands still until advance(). Nothing happens in between: each call returns when every
/// handler waits for something.
///     harness test(my_row);
///     auto client = test.connect();
///     client.send("hello\n");
///     BOOST_TEST(client.received() == "HELLO\n");
/// Its end stops the service as the daemon would.
class harness {
public:
    /// `options` as on the command line: {"--message-max", "10"}. Throws failure if they are not in order by
    /// themselves or by the service's check(), and start_error if the service does not start.
    explicit harness(service_definition const& row, std::vector<std::string> options = {});
    harness(harness const&) = delete;
    harness& operator=(harness const&) = delete;
    ~harness();

    /// A new connection, whose handler has run to its first wait.
    peer connect();
    /// Lets a datagram service handle one message; its answer, if it gave one. `from` names the sender. An
    /// exception is logged as the daemon does it (handler-failed), and there is no answer.
    std::optional<std::string> ask(std::string_view message, std::string_view from = "sender");

    /// Runs until every handler waits. Work of run_blocking() is waited for.
    void settle();
    /// As if so much time had passed, with all that is due on the way.
    void advance(std::chrono::milliseconds by);
    /// The daemon is told to stop: idle connections end.
    void drain();

    std::size_t connections() const;
    /// The log so far, in JSON, one record a line.
    std::string log() const;
    bool logged(std::string_view text) const { return log().find(text) != std::string::npos; }
    runtime& owner() noexcept;

    /// What the streams of connections to come try passes `faults`, which outlive the harness.
    void inject(io_faults& faults) noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Lets the n-th attempt to read or write (sendfile counts, too) fail, counted from 0 over all connections;
/// counts them all.
class fail_nth final : public io_faults {
public:
    fail_nth(std::size_t n, error_code error) : n_(n), error_(error) {}

    error_code before_read(std::size_t&) override { return next(); }
    error_code before_write(std::size_t&) override { return next(); }
    std::size_t attempts() const noexcept { return attempts_; }

private:
    error_code next() noexcept { return attempts_++ == n_ ? error_ : error_code(); }

    std::size_t n_;
    error_code error_;
    std::size_t attempts_ = 0;
};

/// Lets the kernel take no more than `size` bytes an attempt, reading and writing.
class short_transfers final : public io_faults {
public:
    explicit short_transfers(std::size_t size) : size_(size) {}

    error_code before_read(std::size_t& size) override { return cut(size); }
    error_code before_write(std::size_t& size) override { return cut(size); }

private:
    error_code cut(std::size_t& size) const noexcept
    {
        size = size < size_ ? size : size_;
        return {};
    }

    std::size_t size_;
};

/// Sends `input` and the end of the stream to a new connection, and returns all that comes back until the
/// service closes it. Throws failure if it does not.
std::string converse(harness& with, std::string_view input);

/// A conversation with each attempt to read or write failing once, first, second and so on, until none is
/// left to fail. After each the connection must have ended, and nothing may be logged as an error: throws
/// failure if not. Returns how many attempts there were.
std::size_t fail_everywhere(service_definition const& row, std::string_view input,
                            std::vector<std::string> const& options = {});

/// The conversation with `input` cut in two at every byte, with all of its bytes one by one, and with the
/// kernel taking one byte at a time: each must give the same answer as in one piece. Throws failure with the
/// place where it does not. Returns that answer.
/// `of_answer`: what of an answer must be the same, if not all of it; such as without the time that it tells.
std::string cut_everywhere(service_definition const& row, std::string_view input,
                           std::vector<std::string> const& options = {},
                           std::function<std::string(std::string)> const& of_answer = {});

} // namespace polyport::testing
