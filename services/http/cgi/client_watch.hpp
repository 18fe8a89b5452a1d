// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/exchange.hpp"

#include <memory>

namespace polyport::cgi {

/// Notices at once that the client of a request has gone, while its handler waits for a program.
///
/// The end of a TCP stream does not tell whether the client is gone altogether, or reads on (`nc -N`). As
/// long as the response has not begun a client of HTTP/1.1 is asked: it is sent 100 (Continue), which it has
/// to take (RFC 9110 section 15.2.1), and whoever is gone answers that with a reset. Others cannot be asked.
class client_watch {
public:
    enum class news {
        gone, ///< both directions are closed, or the connection was ended on our side
        shut, ///< the client has shut its sending side, and cannot be asked
    };
    /// What happened, to whom it was told last.
    using function = void (*)(void* whom, news what);

    /// `x` outlives it.
    explicit client_watch(http::exchange& x);
    client_watch(client_watch const&) = delete;
    client_watch& operator=(client_watch const&) = delete;
    ~client_watch();

    /// From now on `tell` is called with `whom`; at once if it has happened already.
    void tell(function call, void* whom);
    void tell_nobody() noexcept;

private:
    struct state;

    std::shared_ptr<state> state_;
};

} // namespace polyport::cgi
