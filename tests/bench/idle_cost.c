// SPDX-License-Identifier: BSL-1.0
// idle_cost PID PORT|PATH CONNECTIONS: opens connections to the uppercase service of process PID, has each
// answer one message, leaves them idle, and compares the memory of the process before and after.
// Prints: bytes a connection by proportional set size, and by private memory.
#include "bench.h"

struct memory {
    long proportional; // KiB
    long own;          // KiB
};

static struct memory memory_of(long pid)
{
    char line[256];
    struct memory result = {0};
    snprintf(line, sizeof line, "/proc/%ld/smaps_rollup", pid);
    FILE* const file = fopen(line, "r");
    if (!file)
        fail(line);
    long value;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "Pss: %ld", &value) == 1)
            result.proportional = value;
        else if (sscanf(line, "Private_Clean: %ld", &value) == 1 ||
                 sscanf(line, "Private_Dirty: %ld", &value) == 1)
            result.own += value;
    }
    fclose(file);
    return result;
}

static int open_used(struct target const* server)
{
    int const fd = connect_stream(server);
    char answer[4] = {0};
    if (!put(fd, "idle", 4) || recv(fd, answer, 4, MSG_WAITALL) != 4 || memcmp(answer, "IDLE", 4) != 0) {
        fputs("the server does not answer in upper case\n", stderr);
        exit(1);
    }
    return fd;
}

int main(int argc, char** argv)
{
    if (argc != 4) {
        fputs("usage: idle_cost PID PORT|PATH CONNECTIONS\n", stderr);
        return 2;
    }
    long const pid = number(argv[1], 1, 1 << 30);
    struct target const server = target_of(argv[2]);
    long const connections = number(argv[3], 1, 1000000);
    raise_descriptor_limit();
    // What the first connection alone makes the server load or allocate belongs to no connection.
    close(open_used(&server));
    struct memory const before = memory_of(pid);
    for (long i = 0; i < connections; ++i)
        open_used(&server);
    struct memory const after = memory_of(pid);
    printf("%.0f %.0f\n", (double)(after.proportional - before.proportional) * 1024 / (double)connections,
           (double)(after.own - before.own) * 1024 / (double)connections);
}
