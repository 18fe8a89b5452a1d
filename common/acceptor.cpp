// SPDX-License-Identifier: BSL-1.0
#include "common/acceptor.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace polyport {
namespace {

constexpr int accepts_a_turn = 64;
// How long to wait for descriptors or memory that something else than a connection of ours gives back.
constexpr std::chrono::milliseconds shortage_pause{100};

bool is_shortage(int code) noexcept
{
    return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

int whole_seconds(std::chrono::milliseconds time) noexcept
{
    return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(time).count());
}

// Accepted sockets inherit them all, so they cost no call for each.
void set_tcp_options(int listening, server_settings const& settings)
{
    auto const set = [listening](int level, int name, int value) {
        ::setsockopt(listening, level, name, &value, sizeof value);
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    if (settings.tcp_keepalive.count() > 0) {
        set(SOL_SOCKET, SO_KEEPALIVE, 1);
        set(IPPROTO_TCP, TCP_KEEPIDLE, whole_seconds(settings.tcp_keepalive));
        set(IPPROTO_TCP, TCP_KEEPINTVL, whole_seconds(settings.tcp_keepalive_interval));
        set(IPPROTO_TCP, TCP_KEEPCNT, static_cast<int>(settings.tcp_keepalive_probes));
    }
    if (settings.tcp_user_timeout.count() > 0)
        set(IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(settings.tcp_user_timeout.count()));
}

std::optional<ucred> credentials_of(int fd)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return std::nullopt;
    return peer;
}

} // namespace

acceptor::acceptor(runtime& owner, service_instance& service, listener bound)
    : owner_(owner), service_(service), gate_(owner.admission().of(service)), bound_(std::move(bound)),
      any_local_address_(bound_.address.is_wildcard()), socket_(owner.sockets(), std::move(bound_.fd)),
      pause_over_(owner.context())
{
    if (bound_.kind == transport::tcp)
        set_tcp_options(socket_.fd(), owner.settings());
    owner_.connections().watch_departures(pause_over_);
}

acceptor::~acceptor()
{
    owner_.connections().unwatch_departures(pause_over_);
}

void acceptor::stop()
{
    stopped_ = true;
    socket_.close();
    bound_.file = {};
    pause_over_.cancel();
}

task<> acceptor::run()
{
    co_await socket_.turn(); // from here on it is timed, as what Asio has resumed is not
    while (!stopped_) {
        switch (accept_some()) {
        case step::wait_for_room:
            co_await pause_until(std::chrono::steady_clock::time_point::max());
            break;
        case step::pause:
            co_await pause_until(std::chrono::steady_clock::now() + shortage_pause);
            break;
        case step::go_on:
        case step::wait_for_one:
            co_await socket_.wait(watched::event::readable);
            break;
        }
    }
}

acceptor::step acceptor::accept_some()
{
    for (int i = 0; i < accepts_a_turn; ++i) {
        if (!has_room()) {
            bool const is_full = gate_.has_room(); // then it is not the service alone
            auto const& stats = service_.stats;
            if (!std::exchange(paused_, true))
                owner_.log().warning(
                    "accept-paused",
                    {{"service", service_.name()},
                     {"reason",
                      is_full ? "max-connections reached" : "max-connections of the service reached"},
                     {"connections", is_full ? owner_.connections().size() : stats.opened - stats.closed}});
            return step::wait_for_room;
        }
        sockaddr_storage peer{};
        socklen_t length = sizeof peer;
        unique_fd fd(::accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&peer), &length,
                               SOCK_NONBLOCK | SOCK_CLOEXEC));
        int const code = fd ? 0 : errno;
        if (code == EAGAIN || code == EWOULDBLOCK) {
            socket_.input_drained();
            return step::wait_for_one;
        }
        if (code != 0 && !is_shortage(code))
            continue; // EINTR, ECONNABORTED and what accept(2) passes on from the network: the next one
        if (code != 0) {
            if (!std::exchange(paused_, true)) {
                if (auto const held = trouble_.admit(coarse_now()))
                    owner_.log().warning("accept-paused", {{"service", service_.name()},
                                                           {"reason", std::strerror(code)},
                                                           {"held-back", *held}});
            }
            return step::pause;
        }
        if (std::exchange(paused_, false))
            owner_.log().info("accept-resumed", {{"service", service_.name()}});
        admit(std::move(fd), reinterpret_cast<sockaddr const&>(peer), length);
    }
    return step::go_on;
}

void acceptor::admit(unique_fd fd, sockaddr const& peer, socklen_t length)
{
    auto const remote = socket_address::from(&peer, length);
    auto const credentials = bound_.kind == transport::unix_stream ? credentials_of(fd.get()) : std::nullopt;
    auto admitted = gate_.admit(bound_.kind, remote, credentials, coarse_now());
    if (!admitted.yes)
        return;
    auto const local =
        any_local_address_ ? socket_address::local_of(fd.get()) : result<socket_address>(bound_.address);
    try {
        connection_ptr c(new connection(owner_.connections(), service_, bound_.kind, owner_.sockets(),
                                        std::move(fd), local ? *local : bound_.address, remote));
        c->peer = credentials;
        c->limits = std::move(admitted.limits);
        if (admitted.needs_name) {
            owner_.spawn_when_named(service_, std::move(c));
            return;
        }
        owner_.announce(*c);
        owner_.spawn(service_, std::move(c));
    } catch (std::system_error const& error) { // the kernel cannot watch one more
        if (auto const held = trouble_.admit(coarse_now()))
            owner_.log().warning(
                "connection-dropped",
                {{"service", service_.name()}, {"reason", error.what()}, {"held-back", *held}});
    }
}

bool acceptor::has_room() const noexcept
{
    auto const& all = owner_.connections();
    return gate_.has_room() && (service_.definition.control ? all.has_room_for_control() : all.has_room());
}

// A connection that leaves cancels the timer.
task<> acceptor::pause_until(std::chrono::steady_clock::time_point at)
{
    pause_over_.expires_at(at);
    co_await pause_over_.async_wait(as_tuple_awaitable);
}

} // namespace polyport
