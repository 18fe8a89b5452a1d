// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/intrusive/list.hpp>

#include <memory>
#include <new>
#include <utility>

namespace polyport {

/// What a wait came to. An error is never thrown: it is looked at first.
struct outcome {
    error_code error;

    /// True if the wait failed, like error_code.
    explicit operator bool() const noexcept { return error.failed(); }
};

/// One suspended operation; in a list, it waits for its turn of the loop. It owns the coroutine (or other
/// handler) that waits.
class waiter
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    waiter() noexcept = default;
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

    /// Runs the handler with `result`; the waiter is gone afterwards.
    virtual void resume() = 0;
    /// Destroys the handler without running it (shutdown only); the waiter is gone afterwards.
    virtual void discard() noexcept = 0;

    outcome result;

protected:
    ~waiter() = default;
};

using waiter_list = boost::intrusive::list<waiter, boost::intrusive::constant_time_size<false>>;

namespace detail {

template <class Handler>
class handler_waiter final : public waiter {
public:
    // Asio's own operations take their memory from the same place: a block that the thread keeps.
    using recycling = boost::asio::recycling_allocator<void>;
    using allocator_type = typename std::allocator_traits<
        boost::asio::associated_allocator_t<Handler, recycling>>::template rebind_alloc<handler_waiter>;

    static handler_waiter* make(Handler handler)
    {
        allocator_type allocator(boost::asio::get_associated_allocator(handler, recycling()));
        auto* const memory = std::allocator_traits<allocator_type>::allocate(allocator, 1);
        return ::new (static_cast<void*>(memory)) handler_waiter(std::move(handler));
    }

    void resume() override
    {
        auto const what = result;
        auto handler = take();
        std::move(handler)(what);
    }

    void discard() noexcept override { take(); }

private:
    explicit handler_waiter(Handler&& handler) : handler_(std::move(handler)) {}
    ~handler_waiter() = default;

    // The memory goes back before the handler runs, so that its next wait can have the same block.
    Handler take() noexcept
    {
        Handler handler(std::move(handler_));
        allocator_type allocator(boost::asio::get_associated_allocator(handler, recycling()));
        if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected())
            slot.clear();
        this->~handler_waiter();
        std::allocator_traits<allocator_type>::deallocate(allocator, this, 1);
        return handler;
    }

    Handler handler_;
};

} // namespace detail

} // namespace polyport
