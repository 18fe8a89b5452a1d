// SPDX-License-Identifier: BSL-1.0
// Prints as many bytes as the query says: 0123456789abcdef over and over. "length=N" with a Content-Length.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    static char block[1 << 16];
    char const* const query = getenv("QUERY_STRING");
    int const announced = query && strncmp(query, "length=", 7) == 0;
    unsigned long long left = query ? strtoull(query + (announced ? 7 : 0), NULL, 10) : 0;
    for (size_t i = 0; i < sizeof block; ++i)
        block[i] = "0123456789abcdef"[i % 16];
    printf("Content-Type: application/octet-stream\n");
    if (announced)
        printf("Content-Length: %llu\n", left);
    printf("\n");
    fflush(stdout);
    while (left > 0) {
        ssize_t const count = write(1, block, left < sizeof block ? (size_t)left : sizeof block);
        if (count <= 0)
            return 1;
        // Each block begins anew, so that a short write shows.
        if ((size_t)count % 16 != 0 && (unsigned long long)count != left)
            return 2;
        left -= (unsigned long long)count;
    }
    return 0;
}
