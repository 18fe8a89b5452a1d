// SPDX-License-Identifier: BSL-1.0
// stream_load PORT|PATH CONNECTIONS SIZE SECONDS: each connection has one message of SIZE bytes under way and
// sends the next one when the answer is complete. Every byte of every answer is checked.
// Prints: answers a second, median and 99th and 99.9th percentile in microseconds, wrong answers, answers.
#include "bench.h"

#include <sys/epoll.h>

enum { LARGEST = 1 << 20, SLOTS = 1 << 20 };

struct client {
    int fd;
    size_t missing; // bytes of the answer that are still to come
    int64_t asked;
    int spoilt;
};

static char question[LARGEST];
static char expected[LARGEST];
static char received[LARGEST];
static uint32_t latency[SLOTS]; // by microsecond; the last one holds all that are later

static void make_question(size_t size)
{
    // Every byte value, in an order that no shift by a few bytes leaves the same.
    for (size_t i = 0; i < size; ++i)
        question[i] = (char)(i * 131 + (i >> 8) * 17 + 'a');
    memcpy(expected, question, size);
    to_upper((unsigned char*)expected, size);
}

static void ask(struct client* who, size_t size)
{
    who->missing = size;
    who->asked = nanoseconds();
    if (!put(who->fd, question, size))
        fail("send");
}

static int percentile(uint64_t answers, double share)
{
    uint64_t seen = 0;
    int slot = 0;
    while (slot < SLOTS - 1 && (double)(seen += latency[slot]) < (double)answers * share)
        ++slot;
    return slot;
}

int main(int argc, char** argv)
{
    if (argc != 5) {
        fputs("usage: stream_load PORT|PATH CONNECTIONS SIZE SECONDS\n", stderr);
        return 2;
    }
    struct target const server = target_of(argv[1]);
    size_t const clients = (size_t)number(argv[2], 1, 100000);
    size_t const size = (size_t)number(argv[3], 1, LARGEST);
    double const duration = atof(argv[4]);
    raise_descriptor_limit();
    make_question(size);

    int const poller = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    struct client* const all = calloc(clients, sizeof *all);
    for (size_t i = 0; i < clients; ++i) {
        all[i].fd = connect_stream(&server);
        struct epoll_event readable = {.events = EPOLLIN, .data.ptr = all + i};
        must(epoll_ctl(poller, EPOLL_CTL_ADD, all[i].fd, &readable), "epoll_ctl");
    }
    uint64_t answers = 0;
    uint64_t wrong = 0;
    int64_t const start = nanoseconds();
    int64_t const end = start + (int64_t)(duration * 1e9);
    for (size_t i = 0; i < clients; ++i)
        ask(all + i, size);
    int64_t now = start;
    while (now < end) {
        struct epoll_event ready[256];
        int const count = epoll_wait(poller, ready, 256, 500);
        if (count <= 0)
            now = nanoseconds();
        for (int i = 0; i < count; ++i) {
            struct client* const who = ready[i].data.ptr;
            ssize_t const got = recv(who->fd, received, who->missing, 0);
            if (got <= 0) {
                fputs("the server has closed a connection\n", stderr);
                return 1;
            }
            who->spoilt |= memcmp(received, expected + size - who->missing, (size_t)got) != 0;
            who->missing -= (size_t)got;
            if (who->missing > 0) {
                now = nanoseconds();
                continue;
            }
            now = nanoseconds();
            int64_t const micros = (now - who->asked) / 1000;
            ++latency[micros < SLOTS ? micros : SLOTS - 1];
            ++answers;
            wrong += (uint64_t)who->spoilt;
            who->spoilt = 0;
            ask(who, size);
        }
    }
    printf("%.0f %d %d %d %llu %llu\n", (double)answers / ((double)(now - start) * 1e-9),
           percentile(answers, 0.5), percentile(answers, 0.99), percentile(answers, 0.999),
           (unsigned long long)wrong, (unsigned long long)answers);
    return wrong != 0;
}
