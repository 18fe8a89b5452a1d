// SPDX-License-Identifier: BSL-1.0
// connect_load PORT CONNECTIONS SECONDS: opens so many connections to an uppercase service, each from another
// address of 127.0.0.0/8, has each answer one byte, closes them, and begins anew.
// Prints: connections a second, connections.
#include "bench.h"

#include <netinet/ip.h>

enum { LARGEST = 1024, ADDRESSES = 250 * 250 };

static void open_from(int* fd, struct target const* server, unsigned number_of_source)
{
    unsigned const source = number_of_source % ADDRESSES;
    struct sockaddr_in const from = {
        .sin_family = AF_INET,
        .sin_addr = {htonl(127U << 24 | (1 + source / 250) << 16 | (1 + source % 250) << 8 | 1)}};
    int const on = 1;
    struct linger const reset = {1, 0}; // no port stays behind, waiting
    *fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    must(setsockopt(*fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on), "IP_BIND_ADDRESS_NO_PORT");
    must(setsockopt(*fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "SO_LINGER");
    must(bind(*fd, (struct sockaddr const*)&from, sizeof from), "bind");
    must(connect(*fd, &server->address.any, server->length), "connect");
    must((int)send(*fd, "a", 1, MSG_NOSIGNAL), "send");
}

int main(int argc, char** argv)
{
    if (argc != 4) {
        fputs("usage: connect_load PORT CONNECTIONS SECONDS\n", stderr);
        return 2;
    }
    struct target const server = target_of(argv[1]);
    long const connections = number(argv[2], 1, LARGEST);
    double const seconds = strtod(argv[3], NULL);
    int64_t const began = nanoseconds();
    int64_t const end = began + (int64_t)(seconds * 1e9);
    unsigned done = 0;
    while (nanoseconds() < end) {
        static int fds[LARGEST];
        for (long i = 0; i < connections; ++i)
            open_from(&fds[i], &server, done + (unsigned)i);
        for (long i = 0; i < connections; ++i) {
            char answer = 0;
            if (recv(fds[i], &answer, 1, 0) != 1 || answer != 'A') {
                fputs("a connection was not answered\n", stderr);
                return 1;
            }
            close(fds[i]);
        }
        done += (unsigned)connections;
    }
    double const took = (double)(nanoseconds() - began) / 1e9;
    printf("%.0f %u\n", done / took, done);
}
