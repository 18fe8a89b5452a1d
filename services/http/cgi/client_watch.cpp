// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/client_watch.hpp"

#include "services/http/response_head.hpp"

#include <boost/asio/error.hpp>

#include <span>
#include <string_view>

namespace polyport::cgi {

struct client_watch::state : std::enable_shared_from_this<state> {
    http::exchange* x = nullptr; ///< null: the watch is over
    function call = nullptr;
    void* whom = nullptr;
    bool shut = false;
    bool asked = false;

    watched& socket() const { return x->client.info().socket; }

    void wait_for(watched::event what)
    {
        socket().async_wait(what, [self = shared_from_this(), what](outcome) {
            if (!self->x)
                return;
            self->shut = true;
            if (what == watched::event::hangup)
                self->find_out();
            else
                self->tell();
        });
    }

    void find_out()
    {
        if (is_gone() || !can_ask()) {
            tell();
            return;
        }
        std::string_view const question = http::continue_response;
        auto const sent = x->client.write_now(std::span<char const>(question)).size;
        if (sent == 0) { // a full pipe, or a reset already
            tell();
            return;
        }
        asked = true;
        x->out().append(question.substr(sent));
        wait_for(watched::event::gone);
    }

    bool is_gone() const { return socket().gone() || x->client.info().ended().failed(); }

    // Nothing of this response is under way, nor of those before it.
    bool can_ask() const { return x->head.minor_version() > 0 && !x->responded() && x->out().empty(); }

    void tell() const
    {
        if (!shut || !call)
            return;
        if (is_gone())
            call(whom, news::gone);
        else if (!asked)
            call(whom, news::shut);
    }
};

client_watch::client_watch(http::exchange& x) : state_(std::make_shared<state>())
{
    state_->x = &x;
    state_->wait_for(watched::event::hangup);
}

client_watch::~client_watch()
{
    auto& socket = state_->socket();
    state_->x = nullptr;
    socket.cancel(watched::event::hangup, boost::asio::error::operation_aborted);
    socket.cancel(watched::event::gone, boost::asio::error::operation_aborted);
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
