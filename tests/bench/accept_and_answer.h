// SPDX-License-Identifier: BSL-1.0
// The least that a correct stream server does: one thread, level-triggered epoll, one receive and one send a
// message. A program brings `answer`, and the figure that it reaches is the limit of the machine.
#pragma once

#include "bench.h"

#include <poll.h>
#include <sys/epoll.h>

/// What `answer` is given: `count` bytes that came, in a buffer of this size.
enum { RECEIVE_BUFFER = 64 * 1024 };

/// Returns what to send, and its size in `*count`.
typedef char const* answer_function(char* bytes, size_t* count);

static int write_all(int fd, char const* bytes, size_t count)
{
    while (count > 0) {
        ssize_t const sent = send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes += sent;
            count -= (size_t)sent;
        } else if (errno == EAGAIN) {
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            poll(&room, 1, -1);
        } else {
            return 0;
        }
    }
    return 1;
}

static void take_connections(int listener, int poller)
{
    for (;;) {
        int const fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        int const on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
                   sizeof on); // refused by a UNIX socket, which needs none
        struct epoll_event readable = {.events = EPOLLIN, .data.fd = fd};
        must(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &readable), "epoll_ctl");
    }
}

static void accept_and_answer(char const* where, answer_function* answer)
{
    static char buffer[RECEIVE_BUFFER];
    struct target const place = target_of(where);
    raise_descriptor_limit();
    int const listener =
        must(socket(place.address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    int const on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (place.address.any.sa_family == AF_UNIX)
        unlink(where);
    must(bind(listener, &place.address.any, place.length), where);
    must(listen(listener, 4096), where);

    int const poller = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    struct epoll_event ready[256] = {{.events = EPOLLIN, .data.fd = listener}};
    must(epoll_ctl(poller, EPOLL_CTL_ADD, listener, ready), "epoll_ctl");
    for (;;) {
        int const count = epoll_wait(poller, ready, 256, -1);
        for (int i = 0; i < count; ++i) {
            int const fd = ready[i].data.fd;
            if (fd == listener) {
                take_connections(listener, poller);
                continue;
            }
            ssize_t const received = recv(fd, buffer, sizeof buffer, 0);
            size_t size = received > 0 ? (size_t)received : 0;
            char const* const bytes = size > 0 ? answer(buffer, &size) : NULL; // which sets size
            if (!bytes || !write_all(fd, bytes, size))
                close(fd);
        }
    }
}
