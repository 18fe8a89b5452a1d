// SPDX-License-Identifier: BSL-1.0
// start_time RUNS COMMAND…: starts the command with a pipe as descriptor 3 and takes the time until a whole
// line has come from it, then ends the process with SIGTERM. COMMAND says --ready-fd 3 or the like.
// Prints: median, least and most, in milliseconds.
#include "bench.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

enum { REPORT = 3, RUNS_LIMIT = 1000 };

static double one_start(char** command)
{
    int ends[2];
    must(pipe2(ends, O_CLOEXEC), "pipe2");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], REPORT);
    pid_t pid;
    int64_t const start = nanoseconds();
    errno = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
    if (errno != 0)
        fail(command[0]);
    close(ends[1]);
    char line[4096];
    ssize_t got;
    do
        got = read(ends[0], line, sizeof line);
    while (got > 0 && line[got - 1] != '\n');
    double const result = (double)(nanoseconds() - start) * 1e-6;
    int status = 0;
    if (got > 0)
        kill(pid, SIGTERM);
    must(waitpid(pid, &status, 0), "waitpid");
    if (got <= 0 || status != 0) {
        fprintf(stderr, "%s: not ready, or not ended well\n", command[0]);
        exit(1);
    }
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

static int by_value(void const* left, void const* right)
{
    double const a = *(double const*)left;
    double const b = *(double const*)right;
    return (a > b) - (a < b);
}

int main(int argc, char** argv)
{
    if (argc < 3) {
        fputs("usage: start_time RUNS COMMAND...\n", stderr);
        return 2;
    }
    long const runs = number(argv[1], 1, RUNS_LIMIT);
    double times[RUNS_LIMIT];
    // The pipe's own ends must not be the number that the child is to get: dup2 onto itself keeps
    // close-on-exec.
    must(fcntl(STDERR_FILENO, F_DUPFD, REPORT), "fcntl");
    for (long i = 0; i < runs; ++i)
        times[i] = one_start(argv + 2);
    qsort(times, (size_t)runs, sizeof *times, by_value);
    printf("%.2f %.2f %.2f\n", times[runs / 2], times[0], times[runs - 1]);
}
