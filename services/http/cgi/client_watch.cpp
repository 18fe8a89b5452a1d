// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/client_watch.hpp"

#include <boost/asio/error.hpp>

namespace polyport::cgi {

struct client_watch::state {
    stream* client = nullptr; ///< null: the watch is over
    function call = nullptr;
    void* whom = nullptr;
    bool happened = false;

    void tell() const
    {
        if (happened && call)
            call(whom, client->info().socket.gone() || client->info().ended().failed());
    }
};

client_watch::client_watch(stream& client) : client_(client), state_(std::make_shared<state>())
{
    state_->client = &client;
    client.info().socket.async_wait(watched::event::hangup, [shared = state_](outcome) {
        if (!shared->client)
            return;
        shared->happened = true;
        shared->tell();
    });
}

client_watch::~client_watch()
{
    state_->client = nullptr;
    state_->call = nullptr;
    client_.info().socket.cancel(watched::event::hangup, boost::asio::error::operation_aborted);
}

void client_watch::tell(function call, void* whom)
{
    state_->call = call;
    state_->whom = whom;
    state_->tell();
}

void client_watch::tell_nobody() noexcept
{
    state_->call = nullptr;
}

} // namespace polyport::cgi
