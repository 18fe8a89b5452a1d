// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/stream.hpp"
#include "common/task.hpp"
#include "services/http/request_body.hpp"
#include "services/http/request_head.hpp"
#include "services/http/response_head.hpp"
#include "services/http/status.hpp"
#include "services/http/target.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <sys/uio.h>

namespace polyport::http {

class responder;
struct location;

struct extra_field {
    std::string_view name;
    std::string_view value;
};

/// One request and its response: what those who answer it work with. Lives on the session's workspace, from
/// the request's head to the last byte of its response.
class exchange {
public:
    exchange(responder& of, stream& with, request_head& request, request_body& content, target& path,
             std::string& scratch) noexcept
        : host(of), client(with), head(request), body(content), where(path), out_(scratch)
    {
    }
    exchange(exchange const&) = delete;
    exchange& operator=(exchange const&) = delete;

    responder& host;
    stream& client;
    request_head& head;
    request_body& body;
    target& where;

    location const* place = nullptr; ///< of `where`; null as long as it is not known
    std::string user;                ///< only if this server has authenticated it
    void const* user_known_by =
        nullptr; ///< whose user it is: another file of users may have one of that name
    bool keep_alive =
        true;      ///< whether another request may follow; turned off by whoever ends without framing
    status code{}; ///< of the response, once begun
    std::uint64_t sent = 0;                          ///< bytes of the response's body
    std::chrono::steady_clock::time_point started{}; ///< its first byte was read
    std::chrono::steady_clock::time_point ended{};   ///< its response was complete

    /// Before the next request is answered; `started` stays.
    void reset() noexcept
    {
        code = {};
        sent = 0;
        keep_alive = true;
        user.clear();
        user_known_by = nullptr;
        place = nullptr;
        ended = first_byte_ = {};
        body_in_use_ = false;
        no_request_ = {};
    }

    bool wants_body() const noexcept { return head.verb() != method::head; }
    /// Since `started`; until `ended`, unless something of the response went out before.
    std::chrono::nanoseconds time_to_first_byte() const noexcept
    {
        return (first_byte_ == std::chrono::steady_clock::time_point{} ? ended : first_byte_) - started;
    }
    /// Something of the response is about to go out before it is complete.
    void note_first_byte() noexcept
    {
        constexpr std::chrono::steady_clock::time_point never{};
        if (responded() && ended == never && first_byte_ == never)
            first_byte_ = std::chrono::steady_clock::now();
    }

    bool responded() const noexcept { return number(code) != 0; }

    /// Whether somebody reads the body on when the response has begun; else it is given up with that.
    void use_body_further(bool whether) noexcept { body_in_use_ = whether; }
    /// What came, and is no request: for the log. Of the session's memory.
    void note_no_request(std::string_view what) noexcept { no_request_ = what; }
    std::string_view no_request() const noexcept { return no_request_; }

    /// A buffer to build a head in; what is in it goes out before anything else. Responses to pipelined
    /// requests gather here.
    std::string& out() noexcept { return out_; }
    /// Sends what out() holds, as far as the kernel takes it at once. True if nothing is left.
    bool flush_now();
    /// Sends what out() holds.
    task<outcome> flush();
    /// Sends what out() holds and `bytes` behind it as one. Counting them is the caller's: see `sent`.
    task<outcome> write(std::span<char const> bytes);

    /// A whole small response: with `content` as its body (none for HEAD), to go out with the next flush.
    void respond(status with, std::string_view type, std::string_view content,
                 std::span<extra_field const> fields = {});
    /// The error page for `with`, the user's own or the built-in one. `detail` is escaped.
    void respond_error(status with, std::string_view detail = {}, std::span<extra_field const> fields = {});
    /// Status line, Server and Date, in out(). Who calls it adds fields and finish(). Decides whether another
    /// request can follow a body that was not read.
    response_head begin_response(status with, std::string_view reason = {});

private:
    std::string& out_;
    std::chrono::steady_clock::time_point first_byte_{}; ///< none: not before `ended`
    std::string_view no_request_;
    bool body_in_use_ = false;
};

} // namespace polyport::http
