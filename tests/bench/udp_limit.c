// SPDX-License-Identifier: BSL-1.0
// udp_limit PORT [BATCH]: uppercase over UDP with the least work: one datagram a system call, or up to BATCH
// of them with recvmmsg and sendmmsg.
#include "bench.h"

enum { LARGEST = 2048, BATCH_LIMIT = 64 };

static struct {
    unsigned char bytes[LARGEST];
    struct sockaddr_storage sender;
    struct iovec part;
} slots[BATCH_LIMIT];

static void one_by_one(int fd)
{
    unsigned char* const bytes = slots[0].bytes;
    struct sockaddr* const sender = (struct sockaddr*)&slots[0].sender;
    for (;;) {
        socklen_t length = sizeof slots[0].sender;
        ssize_t const size = recvfrom(fd, bytes, LARGEST, 0, sender, &length);
        if (size < 0)
            continue;
        to_upper(bytes, (size_t)size);
        sendto(fd, bytes, (size_t)size, 0, sender, length);
    }
}

static void in_batches(int fd, unsigned batch)
{
    struct mmsghdr messages[BATCH_LIMIT] = {0};
    for (unsigned i = 0; i < batch; ++i) {
        slots[i].part.iov_base = slots[i].bytes;
        messages[i].msg_hdr.msg_name = &slots[i].sender;
        messages[i].msg_hdr.msg_iov = &slots[i].part;
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (int count = (int)batch;;) {
        // Only what the last round has used has changed.
        for (int i = 0; i < count; ++i) {
            slots[i].part.iov_len = LARGEST;
            messages[i].msg_hdr.msg_namelen = sizeof slots[i].sender;
        }
        count = recvmmsg(fd, messages, batch, MSG_WAITFORONE, NULL);
        for (int i = 0; i < count; ++i) {
            slots[i].part.iov_len = messages[i].msg_len;
            to_upper(slots[i].bytes, messages[i].msg_len);
        }
        if (count > 0)
            sendmmsg(fd, messages, (unsigned)count, 0);
    }
}

int main(int argc, char** argv)
{
    if (argc != 2 && argc != 3) {
        fputs("usage: udp_limit PORT [BATCH]\n", stderr);
        return 2;
    }
    struct target const place = target_of(argv[1]);
    long const batch = argc == 3 ? number(argv[2], 1, BATCH_LIMIT) : 1;
    int const fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    int const queue = 4 * 1024 * 1024;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof queue);
    must(bind(fd, &place.address.any, place.length), argv[1]);
    if (batch == 1)
        one_by_one(fd);
    else
        in_batches(fd, (unsigned)batch);
}
