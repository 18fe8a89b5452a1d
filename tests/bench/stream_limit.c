// SPDX-License-Identifier: BSL-1.0
// stream_limit PORT|PATH: uppercase over TCP or a UNIX stream socket, with the least work.
#include "accept_and_answer.h"

static char const* shout(char* bytes, size_t* count)
{
    to_upper((unsigned char*)bytes, *count);
    return bytes;
}

int main(int argc, char** argv)
{
    if (argc != 2) {
        fputs("usage: stream_limit PORT|PATH\n", stderr);
        return 2;
    }
    accept_and_answer(argv[1], shout);
}
