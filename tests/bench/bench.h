// SPDX-License-Identifier: BSL-1.0
// What the programs of the benchmark share: addresses, clock, transform, failure.
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct target {
    union {
        struct sockaddr any;
        struct sockaddr_in inet;
        struct sockaddr_un local;
    } address;
    socklen_t length;
};

static inline void fail(char const* what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

/// Looks at the result of a system call.
static inline int must(int result, char const* what)
{
    if (result < 0)
        fail(what);
    return result;
}

static inline long number(char const* text, long least, long most)
{
    char* end;
    long const value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < least || value > most) {
        fprintf(stderr, "%s: not a number from %ld to %ld\n", text, least, most);
        exit(2);
    }
    return value;
}

/// PORT on 127.0.0.1, or the path of a UNIX socket, which has a slash in it.
static inline struct target target_of(char const* text)
{
    struct target result = {0};
    if (!strchr(text, '/')) {
        result.address.inet = (struct sockaddr_in){.sin_family = AF_INET,
                                                   .sin_port = htons((uint16_t)number(text, 1, 65535)),
                                                   .sin_addr = {htonl(INADDR_LOOPBACK)}};
        result.length = sizeof result.address.inet;
        return result;
    }
    if (strlen(text) >= sizeof result.address.local.sun_path) {
        fprintf(stderr, "%s: too long for a socket path\n", text);
        exit(2);
    }
    result.address.local.sun_family = AF_UNIX;
    strcpy(result.address.local.sun_path, text);
    result.length = sizeof result.address.local;
    return result;
}

static inline int connect_stream(struct target const* to)
{
    int const fd = must(socket(to->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    must(connect(fd, &to->address.any, to->length), "connect");
    int const on = 1;
    if (to->address.any.sa_family == AF_INET)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/// On a blocking socket; 0 when the connection is over.
static inline int put(int fd, char const* bytes, size_t count)
{
    while (count > 0) {
        ssize_t const sent = send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0)
            return 0;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 1;
}

static inline int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline void to_upper(unsigned char* bytes, size_t count)
{
    for (size_t i = 0; i < count; ++i)
        bytes[i] ^= (unsigned char)((bytes[i] >= 'a' && bytes[i] <= 'z') << 5);
}

static inline void raise_descriptor_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
