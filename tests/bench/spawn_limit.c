// SPDX-License-Identifier: BSL-1.0
// spawn_limit PROGRAM TOGETHER SECONDS: starts TOGETHER processes, reads all that they print, reaps them, and
// starts over: what a CGI server could reach that did nothing else.
// Prints: processes a second.
#include "bench.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

enum { TOGETHER_LIMIT = 256 };

struct child {
    pid_t pid;
    int output;
};

static struct child start_child(char* program)
{
    int ends[2];
    must(pipe2(ends, O_CLOEXEC), "pipe2");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    struct child result = {.output = ends[0]};
    char* arguments[] = {program, NULL};
    errno = posix_spawn(&result.pid, program, &actions, NULL, arguments, environ);
    if (errno != 0)
        fail(program);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    return result;
}

static void finish_child(struct child const* which)
{
    char output[16 * 1024];
    while (read(which->output, output, sizeof output) > 0)
        ;
    close(which->output);
    must(waitpid(which->pid, NULL, 0), "waitpid");
}

int main(int argc, char** argv)
{
    if (argc != 4) {
        fputs("usage: spawn_limit PROGRAM TOGETHER SECONDS\n", stderr);
        return 2;
    }
    long const together = number(argv[2], 1, TOGETHER_LIMIT);
    struct child children[TOGETHER_LIMIT];
    long done = 0;
    int64_t const start = nanoseconds();
    int64_t const end = start + (int64_t)(atof(argv[3]) * 1e9);
    int64_t now = start;
    for (; now < end; now = nanoseconds()) {
        for (long i = 0; i < together; ++i)
            children[i] = start_child(argv[1]);
        for (long i = 0; i < together; ++i)
            finish_child(children + i);
        done += together;
    }
    printf("%.0f\n", (double)done / ((double)(now - start) * 1e-9));
}
