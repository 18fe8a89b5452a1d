// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/task.hpp"
#include "services/http/cgi/output_head.hpp"
#include "services/http/cgi/run.hpp"
#include "services/http/exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace polyport::cgi {

/// Makes a program's output the response to its request, as it comes: no more of it is in memory than one
/// buffer, however slowly the client reads.
class relay {
public:
    enum class result : std::uint8_t {
        done,     ///< the response is sent, or is in x.out()
        broken,   ///< begun, and cannot be ended: the connection has to
        cut,      ///< the program was cut off before the response began: see run::was_cut()
        redirect, ///< nothing was sent: location() is to be answered instead
    };

    /// Both outlive it.
    relay(http::exchange& x, run& program, std::size_t head_limit, bool nph)
        : x_(x), run_(program), head_(head_limit, nph)
    {
    }

    /// Ends with the output, or when nobody wants more of it. The program may run on.
    task<result> run_to_end();

    std::string_view location() const noexcept { return head_.location(); }

private:
    enum class framing : std::uint8_t {
        undecided,
        none,    ///< the response has no body; what comes is dropped
        whole,   ///< all of it is known: Content-Length of our own
        counted, ///< Content-Length of the program's
        chunked,
        until_close,
    };
    struct gathered {
        std::size_t size = 0;
        bool ended = false;
    };

    gathered gather(std::span<char> into, bool no_more);
    task<bool> take(std::string_view bytes, bool ended);
    bool begin(std::string_view body, bool ended);
    void begin_raw(std::string_view body);
    void begin_response(std::size_t body_size, bool ended);
    void answer_bad_output(bool ended);
    void answer_bare_redirect();
    framing choose_framing(bool ended) const;
    task<bool> send(std::string_view body, bool ended);
    std::string_view frame(std::string_view& body, bool ended);

    http::exchange& x_;
    run& run_;
    output_head head_;
    framing framing_ = framing::undecided;
    result result_ = result::done;
    std::uint64_t left_ = 0; ///< framing::counted
};

} // namespace polyport::cgi
