// SPDX-License-Identifier: BSL-1.0
// LD_PRELOAD=ballast.so BALLAST_GIB=N: the program has N GiB of memory more, all of it in use, as one has
// that has run for long. What it costs to start a process shall not depend on that.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

__attribute__((constructor)) static void take_memory(void)
{
    char const* const size = getenv("BALLAST_GIB");
    if (!size)
        return;
    void* const memory = mmap(NULL, (size_t)atol(size) << 30, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) {
        perror("ballast");
        exit(1);
    }
    unsetenv("LD_PRELOAD");
}
