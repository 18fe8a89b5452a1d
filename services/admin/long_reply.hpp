// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/task.hpp"
#include "services/http/exchange.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace polyport::admin {

/// A response that may be too long to be built at once: it goes out piece by piece, and others have their
/// turn between two pieces. A client that does not read holds one piece, and its connection ends with the
/// write deadline.
class long_reply {
public:
    static constexpr std::size_t piece = 32 * 1024;

    /// `x` outlives it; `type` lives for ever.
    long_reply(http::exchange& x, std::string_view type) noexcept : x_(x), type_(type) {}
    long_reply(long_reply const&) = delete;
    long_reply& operator=(long_reply const&) = delete;

    /// Where what comes next is appended.
    std::string& text() noexcept { return text_; }

    /// Between two steps of the work: sends what has gathered if that is a piece, and gives up the turn.
    /// False if the connection has failed.
    task<bool> pause();
    /// Sends what is left. A response that was never too long goes out whole, with its length.
    task<bool> finish();
    /// Sends at once what has gathered, for events.
    task<bool> send();

private:
    void begin();

    http::exchange& x_;
    std::string_view type_;
    std::string text_;
    bool begun_ = false;
    bool chunked_ = false;
};

} // namespace polyport::admin
