// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/stream.hpp"

#include <memory>

namespace polyport::cgi {

/// Notices at once that the client of a request shuts its side or is gone, while its handler waits for a
/// program.
class client_watch {
public:
    /// What happened, to whom it was told last.
    using function = void (*)(void* whom, bool gone);

    /// `client` outlives it.
    explicit client_watch(stream& client);
    client_watch(client_watch const&) = delete;
    client_watch& operator=(client_watch const&) = delete;
    ~client_watch();

    /// From now on `tell` is called with `whom`; at once if it has happened already. gone: both directions
    /// are closed, or the connection was ended on our side. Otherwise the client has shut its sending side:
    /// it may read on, or be closed altogether; TCP does not tell.
    void tell(function call, void* whom);
    void tell_nobody() noexcept;

private:
    struct state;

    stream& client_;
    std::shared_ptr<state> state_;
};

} // namespace polyport::cgi
