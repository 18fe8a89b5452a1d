// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/stream.hpp"
#include "common/task.hpp"
#include "services/http/cgi/run.hpp"
#include "services/http/request_body.hpp"

#include <cstddef>
#include <string_view>

namespace polyport::cgi {

/// Gives a request's body to its program, as fast as that takes it.
class body_feed {
public:
    /// `first` comes before what the body, which `client` sends, still has. All outlive it.
    body_feed(stream& client, http::request_body& body, run& program, std::string_view first) noexcept
        : client_(client), body_(body), run_(program), pending_(first)
    {
    }

    /// Gives what is there already, without waiting. True if that was all.
    bool feed_now();
    /// Gives the rest, and throws away what the program does not want. Ends with the body, or by stop().
    task<> feed();
    /// Ends feed(), wherever it waits.
    void stop();

    /// The body cannot be read to its end: the request is wrong, too large, too slow, or broken off.
    bool failed() const noexcept { return failed_; }
    /// Of the body's reading, once failed.
    error_code error() const noexcept { return error_; }

private:
    enum class step { again, wait_for_program, wait_for_client, done };

    step give_pending();
    task<> throw_away_rest();
    step take(http::request_body::piece const& next);

    stream& client_;
    http::request_body& body_;
    run& run_;
    std::string_view pending_;
    error_code error_;
    bool failed_ = false;
    bool stopped_ = false;
};

} // namespace polyport::cgi
