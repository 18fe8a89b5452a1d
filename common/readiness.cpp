// SPDX-License-Identifier: BSL-1.0
#include "common/readiness.hpp"

#include "common/loop_watch.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace polyport {
namespace {

constexpr int events_a_turn = 256;
// The set is asked again at once while there is much to do: asking through the io_context costs three system
// calls. So long timers, signals and the results of the thread pool may have to wait.
constexpr int turns_at_most = 16;
constexpr std::chrono::milliseconds turns_no_longer{1};
constexpr std::array every_event{watched::event::readable, watched::event::writable, watched::event::hangup,
                                 watched::event::gone};
constexpr std::uint32_t input_events = EPOLLIN | EPOLLRDHUP | EPOLLET;

int make_set()
{
    int const fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0)
        throw start_error(std::string("the kernel gives no epoll instance: ") + std::strerror(errno));
    return fd;
}

// 0 for what is no socket.
int take_socket_error(int fd) noexcept
{
    int code = 0;
    socklen_t size = sizeof code;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : 0;
}

} // namespace

readiness::readiness(boost::asio::io_context& context, clock const& time)
    : context_(context), clock_(time), set_(context, make_set())
{
    arm();
}

readiness::~readiness()
{
    ready_.clear_and_dispose([](waiter* w) { w->discard(); });
}

void readiness::arm()
{
    set_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](error_code error) {
        if (error == boost::asio::error::operation_aborted)
            return;
        dispatch();
        arm();
    });
}

// Two phases: first every event is noted, which only moves waiters to the ready list, then they run. A
// handler may destroy any watched descriptor, so no event may be looked at once the first handler has run.
void readiness::dispatch()
{
    std::array<epoll_event, events_a_turn> events;
    auto const began = clock_.now();
    for (int turn = 0; turn < turns_at_most; ++turn) {
        int const count = ::epoll_wait(set_.native_handle(), events.data(), events_a_turn, 0);
        for (int i = 0; i < count; ++i) {
            auto const& event = events[static_cast<std::size_t>(i)];
            static_cast<watched*>(event.data.ptr)->note(event.events);
        }
        run_turn();
        // After a single event there is rarely another so soon.
        if (count < 2 || turn_began_ - began > turns_no_longer)
            break;
    }
    if (!ready_.empty())
        schedule();
}

void readiness::resume_later(waiter& w, error_code result)
{
    w.result.error = result;
    ready_.push_back(w);
    schedule();
}

void readiness::schedule()
{
    if (running_ || std::exchange(posted_, true))
        return;
    boost::asio::post(context_, [this] {
        posted_ = false;
        run_turn();
        if (!ready_.empty())
            schedule();
    });
}

// Runs those that are ready now; whoever becomes ready on the way has its turn after the kernel was asked
// again, so that no chain of handlers keeps out new events.
void readiness::run_turn()
{
    waiter_list turn;
    turn.swap(ready_);
    turn_began_ = clock_.now();
    running_ = true;
    progress_.running.store(true, std::memory_order_relaxed);
    if (watch_)
        watch_->loop_runs();
    piece_began_ = coarse_now();
    while (!turn.empty()) {
        waiter& w = turn.front();
        turn.pop_front();
        begin_waiter();
        w.resume();
        piece_done();
    }
    progress_.running.store(false, std::memory_order_relaxed);
    running_ = false;
}

// The thread of the loop alone writes these.
void readiness::begin_waiter() noexcept
{
    works_for(0);
    auto const before = progress_.resumed.load(std::memory_order_relaxed);
    progress_.resumed.store(before + 1, std::memory_order_relaxed);
}

void readiness::tell_held(std::chrono::steady_clock::duration time) const noexcept
{
    if (report_held_)
        report_held_(progress_.at_work.load(std::memory_order_relaxed),
                     std::chrono::duration_cast<std::chrono::milliseconds>(time));
}

readiness::timed::timed(readiness& set, std::uint64_t at_work) noexcept
    : set_(set.progress_.running.load(std::memory_order_relaxed) ? nullptr : &set)
{
    if (!set_)
        return;
    set_->begin_waiter();
    set_->works_for(at_work);
    set_->progress_.running.store(true, std::memory_order_relaxed);
    if (set_->watch_)
        set_->watch_->loop_runs();
    set_->piece_began_ = coarse_now();
}

readiness::timed::~timed()
{
    if (!set_)
        return;
    set_->piece_done();
    set_->progress_.running.store(false, std::memory_order_relaxed);
}

watched::watched(readiness& set, unique_fd fd) : set_(set), fd_(std::move(fd))
{
    if (control(EPOLL_CTL_ADD) || errno == EPERM)
        return;
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

watched::~watched()
{
    close();
}

void watched::close()
{
    // Closing leaves the set, because nothing else holds the open file: every descriptor is close-on-exec.
    // Only the lowest may be held for a moment by a program that is being started on another thread, which
    // begins with a copy of these (see cgi::launcher).
    if (fd_ && fd_.get() < copied_descriptors)
        leave_set();
    fd_.reset();
    fail(boost::asio::error::operation_aborted);
}

bool watched::control(int operation) noexcept
{
    epoll_event interest{};
    interest.events = input_events | (room_watched_ ? EPOLLOUT : 0U);
    interest.data.ptr = this;
    return ::epoll_ctl(set_.set_.native_handle(), operation, fd_.get(), &interest) == 0;
}

// Asked for only by who needs it: a UDP or UNIX socket tells of room each time that a message has left, which
// costs a tenth of all at small ones. An edge that came before is not lost: EPOLL_CTL_MOD looks anew.
void watched::output_full() noexcept
{
    writable_ = false;
    if (!std::exchange(room_watched_, true) && in_set_)
        control(EPOLL_CTL_MOD);
}

void watched::leave_set() noexcept
{
    if (in_set_)
        in_set_ = !control(EPOLL_CTL_DEL);
}

void watched::join_set() noexcept
{
    if (in_set_)
        return;
    in_set_ = control(EPOLL_CTL_ADD);
    if (!in_set_)
        readable_ = writable_ = true;
}

bool watched::is_ready(event what) const noexcept
{
    switch (what) {
    case event::readable:
        return readable_;
    case event::writable:
        return writable_;
    case event::hangup:
        return peer_closed_;
    case event::gone:
        return gone_;
    }
    return false;
}

void watched::wait_with(event what, waiter& w)
{
    if (failure_ || is_ready(what))
        set_.resume_later(w, failure_);
    else if (slot(what))
        set_.resume_later(w, boost::asio::error::already_started);
    else
        slot(what) = &w;
}

void watched::note(std::uint32_t events)
{
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        peer_closed_ = true;
        gone_ = gone_ || (events & (EPOLLHUP | EPOLLERR));
        // Asking takes the error away: later calls then see an orderly end, so it is kept here.
        if ((events & EPOLLERR) && peer_error_ == 0)
            peer_error_ = take_socket_error(fd_.get());
    }
    readable_ = readable_ || peer_closed_ || (events & EPOLLIN);
    writable_ = writable_ || gone_ || (events & EPOLLOUT);
    for (auto const what : every_event) {
        if (!is_ready(what))
            continue;
        if (auto* const w = std::exchange(slot(what), nullptr)) {
            w->result = {};
            set_.ready_.push_back(*w);
        }
    }
}

void watched::fail(error_code reason)
{
    if (!failure_)
        failure_ = reason;
    for (auto const what : every_event)
        cancel(what, failure_);
}

void watched::cancel(event what, error_code reason)
{
    if (auto* const w = std::exchange(slot(what), nullptr))
        set_.resume_later(*w, reason);
}

void watched::discard_waiters() noexcept
{
    // Discarding one destroys its coroutine, and with it, as a rule, this object: nothing may be read after.
    auto const waiting = std::exchange(waiting_, {});
    for (auto* const w : waiting) {
        if (w)
            w->discard();
    }
}

} // namespace polyport
