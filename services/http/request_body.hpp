// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/stream.hpp"
#include "common/task.hpp"
#include "services/http/chunked_decoder.hpp"
#include "services/http/request_head.hpp"
#include "services/http/settings.hpp"
#include "services/http/status.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace polyport::http {

/// Of a body that nobody wants no more than this is read, so that the connection can go on.
inline constexpr std::uint64_t discarded_at_most = std::uint64_t{64} * 1024;

/// The bytes that have come from the client and are not yet used: a window of one buffer.
class input_window {
public:
    explicit input_window(std::span<char> memory) noexcept : memory_(memory) {}

    std::string_view unread() const noexcept { return {memory_.data() + begin_, end_ - begin_}; }
    bool empty() const noexcept { return begin_ == end_; }
    void consume(std::size_t bytes) noexcept { begin_ += bytes; }
    void add(std::size_t bytes) noexcept { end_ += bytes; }
    /// Behind what there is.
    std::span<char> room() const noexcept { return memory_.subspan(end_); }
    std::size_t begin() const noexcept { return begin_; }

    /// Gives up what stands before `keep`, which is at most begin(), by moving the rest to the front.
    void move_to_front() noexcept;
    /// When nothing is unread: the next bytes come in at `offset`.
    void restart_at(std::size_t offset) noexcept { begin_ = end_ = offset; }

private:
    std::span<char> memory_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

/// The body of one request, as it comes: without its transfer coding, within its limits of size, time and
/// rate. 100 (Continue) is sent when it is first waited for, if the client asked for that.
class request_body {
public:
    struct piece {
        std::string_view data; ///< valid until the next read; empty at the end and on failure
        error_code error; ///< of the connection; or errc::bad_request, errc::message_too_large: see code()
    };

    /// All outlive it. The window begins with the body; nothing before that is touched.
    request_body(stream& client, input_window& window, request_limits const& limits) noexcept
        : client_(client), window_(window), limits_(limits)
    {
    }

    /// Begins a new request's body.
    void begin(body_framing framing, bool expects_continue);

    /// There is one, though it may be of no bytes.
    bool present() const noexcept { return framing_.how != body_framing::kind::none; }
    /// Its size is known before it has come: kind::length.
    bool has_length() const noexcept { return framing_.how == body_framing::kind::length; }
    std::uint64_t length() const noexcept { return framing_.length; }
    /// Of it that has not been taken; 0 if nobody knows.
    std::uint64_t left() const noexcept { return left_; }
    bool done() const noexcept { return done_; }
    bool failed() const noexcept { return failed_; }
    /// After errc::bad_request and errc::message_too_large: the status to answer with.
    status code() const noexcept { return code_; }
    std::string_view reason() const noexcept { return reason_; }

    /// The next bytes; no data and no error at the end.
    task<piece> read();
    /// The next bytes if they are here already, without waiting; error::would_block if not.
    piece read_now();

    /// For a body that nobody wants, before the response says whether the connection goes on: forgets what
    /// has come of it. True if the next request can follow: the rest is as good as on its way, and no more
    /// than discard() reads.
    bool skip_now();
    /// Reads and forgets what is left. False if that is too much, or fails.
    task<bool> discard();

private:
    piece take();
    piece fail(errc how, status code, std::string_view reason);
    void set_deadline();

    stream& client_;
    input_window& window_;
    request_limits const& limits_;
    body_framing framing_;
    chunked_decoder decoder_;
    std::uint64_t left_ = 0; ///< kind::length
    std::uint64_t received_ = 0;
    std::size_t start_ = 0; ///< of the body in the window
    std::chrono::steady_clock::time_point began_{};
    status code_ = status::bad_request;
    std::string_view reason_;
    bool send_continue_ = false;
    bool done_ = true;
    bool failed_ = false;
};

} // namespace polyport::http
