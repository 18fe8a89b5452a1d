// SPDX-License-Identifier: BSL-1.0
// Answers the request's body as it comes: full duplex.
#include <unistd.h>

static int write_all(char const* bytes, ssize_t size)
{
    while (size > 0) {
        ssize_t const count = write(1, bytes, (size_t)size);
        if (count <= 0)
            return 0;
        bytes += count;
        size -= count;
    }
    return 1;
}

int main(void)
{
    static char buffer[1 << 16];
    static char const head[] = "Content-Type: application/octet-stream\n\n";
    if (!write_all(head, sizeof head - 1))
        return 1;
    for (;;) {
        ssize_t const count = read(0, buffer, sizeof buffer);
        if (count <= 0)
            return count < 0;
        if (!write_all(buffer, count))
            return 1;
    }
}
