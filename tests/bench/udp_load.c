// SPDX-License-Identifier: BSL-1.0
// udp_load PORT WINDOW SIZE SECONDS: keeps WINDOW datagrams of SIZE bytes under way on one socket and checks
// every answer. What has not come after 200 ms counts as lost.
// Prints: answers a second, lost, wrong, answers.
#include "bench.h"

enum { LARGEST = 2048, BATCH = 64 };

static char question[LARGEST];
static char expected[LARGEST];
static char answers[BATCH][LARGEST];
static struct iovec out_part;
static struct iovec in_parts[BATCH];
static struct mmsghdr outgoing[BATCH];
static struct mmsghdr incoming[BATCH];

static void make_messages(size_t size)
{
    for (size_t i = 0; i < size; ++i)
        question[i] = (char)(i * 37 + 'a');
    memcpy(expected, question, size);
    to_upper((unsigned char*)expected, size);
    // All that go out are alike; each that comes in needs room of its own.
    out_part = (struct iovec){question, size};
    for (int i = 0; i < BATCH; ++i) {
        in_parts[i] = (struct iovec){answers[i], LARGEST};
        outgoing[i].msg_hdr = (struct msghdr){.msg_iov = &out_part, .msg_iovlen = 1};
        incoming[i].msg_hdr = (struct msghdr){.msg_iov = in_parts + i, .msg_iovlen = 1};
    }
}

int main(int argc, char** argv)
{
    if (argc != 5) {
        fputs("usage: udp_load PORT WINDOW SIZE SECONDS\n", stderr);
        return 2;
    }
    struct target const server = target_of(argv[1]);
    long const window = number(argv[2], 1, 100000);
    size_t const size = (size_t)number(argv[3], 1, LARGEST);
    double const duration = atof(argv[4]);
    make_messages(size);

    int const fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    int const queue = 4 * 1024 * 1024;
    struct timeval const patience = {.tv_usec = 200 * 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof queue);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    must(connect(fd, &server.address.any, server.length), "connect");

    long under_way = 0;
    long lost = 0;
    long wrong = 0;
    long right = 0;
    int64_t const start = nanoseconds();
    int64_t const end = start + (int64_t)(duration * 1e9);
    int64_t now;
    while ((now = nanoseconds()) < end) {
        while (under_way < window) {
            long const room = window - under_way;
            int const sent = sendmmsg(fd, outgoing, room < BATCH ? (unsigned)room : BATCH, 0);
            if (sent <= 0)
                break;
            under_way += sent;
        }
        int const count = recvmmsg(fd, incoming, BATCH, MSG_WAITFORONE, NULL);
        if (count <= 0) {
            lost += under_way;
            under_way = 0;
            continue;
        }
        for (int i = 0; i < count; ++i) {
            if (incoming[i].msg_len == size && memcmp(answers[i], expected, size) == 0)
                ++right;
            else
                ++wrong;
        }
        under_way -= count;
    }
    printf("%.0f %ld %ld %ld\n", (double)right / ((double)(now - start) * 1e-9), lost, wrong, right);
    return wrong != 0;
}
