// SPDX-License-Identifier: BSL-1.0
// Server-sent events, as many as the query says, one each 2 ms: each is the time at which it was written
// (CLOCK_MONOTONIC, nanoseconds).
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(void)
{
    char const* const query = getenv("QUERY_STRING");
    struct timespec const pause = {0, 2 * 1000 * 1000};
    printf("Content-Type: text/event-stream\n\n");
    fflush(stdout);
    for (long left = query ? atol(query) : 0; left > 0; --left) {
        struct timespec now;
        nanosleep(&pause, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
        printf("data: %lld\n\n", now.tv_sec * 1000000000LL + now.tv_nsec);
        fflush(stdout);
    }
    return 0;
}
