// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/readiness.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

namespace polyport::cgi {

/// How many programs run at a time, all together and for each client's address, and who waits for a turn.
class admission {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct limits {
        std::uint32_t running = 1;          ///< at least 1
        std::uint32_t running_per_peer = 0; ///< 0: no limit
        std::uint32_t waiting = 0;
        std::chrono::milliseconds patience{0}; ///< of those who wait; 0: no limit
    };

    /// The right to run one program; gives it back when it goes.
    class ticket {
    public:
        ticket() noexcept = default;
        ticket(ticket&& other) noexcept
            : from_(std::exchange(other.from_, nullptr)), peer_(std::move(other.peer_))
        {
        }
        ticket& operator=(ticket&& other) noexcept
        {
            std::swap(from_, other.from_);
            std::swap(peer_, other.peer_);
            return *this;
        }
        ~ticket()
        {
            if (from_)
                from_->leave(peer_);
        }
        explicit operator bool() const noexcept { return from_ != nullptr; }

    private:
        friend class admission;
        ticket(admission& from, std::string peer) noexcept : from_(&from), peer_(std::move(peer)) {}

        admission* from_ = nullptr;
        std::string peer_;
    };

    /// One who waits: lives from before async_wait() until it has completed.
    class place : public boost::intrusive::list_base_hook<> {
    public:
        explicit place(std::string peer) : peer_(std::move(peer)) {}

    private:
        friend class admission;
        std::string peer_;
        time_point until_ = time_point::max();
        waiter* waiting_ = nullptr;
    };

    /// `set` outlives every wait.
    admission(readiness& set, limits const& most) noexcept : set_(set), most_(most) {}
    admission(admission const&) = delete;
    admission& operator=(admission const&) = delete;

    /// A ticket if there is one to be had at once, and nobody is overtaken. `peer` is a client's address;
    /// empty for one that has none, for which only the limit of all together counts.
    ticket try_enter(std::string const& peer);
    bool has_room_to_wait() const noexcept { return waiting_ < most_.waiting; }

    /// Waits in the queue; call take() when it has succeeded. Fails with errc::handler_timeout when patience
    /// is over. Signature: void(outcome). Cancellable (all types).
    template <boost::asio::completion_token_for<void(outcome)> Token>
    auto async_wait(place& at, Token&& token)
    {
        return boost::asio::async_initiate<Token, void(outcome)>(
            [](auto handler, admission* self, place* one) {
                auto slot = boost::asio::get_associated_cancellation_slot(handler);
                one->waiting_ = detail::handler_waiter<decltype(handler)>::make(std::move(handler));
                if (slot.is_connected()) {
                    slot.assign([self, one](boost::asio::cancellation_type) {
                        self->cancel(*one, boost::asio::error::operation_aborted);
                    });
                }
                self->enqueue(*one);
            },
            token, this, &at);
    }
    /// The ticket that a wait has come to.
    ticket take(place& at) noexcept { return {*this, std::move(at.peer_)}; }
    /// Ends a wait, if it still goes on.
    void cancel(place& at, error_code reason);

    /// Ends the waits whose patience is over. Returns when to look again.
    time_point expire(time_point now);
    /// When the patience of the first in the queue is over.
    time_point next_expiry() const noexcept;

    std::uint32_t running() const noexcept { return running_; }
    std::uint32_t waiting() const noexcept { return waiting_; }

private:
    bool may_run(std::string const& peer) const;
    void enter(std::string const& peer);
    void leave(std::string const& peer) noexcept;
    void enqueue(place& at);
    void dequeue(place& at, error_code result);
    void admit_next();

    readiness& set_;
    limits const most_;
    std::uint32_t running_ = 0;
    std::uint32_t waiting_ = 0;
    std::unordered_map<std::string, std::uint32_t> running_by_peer_; ///< only with running_per_peer
    boost::intrusive::list<place> queue_;
};

} // namespace polyport::cgi
