// SPDX-License-Identifier: BSL-1.0
// A page that the server, its parent, finds whole when it first looks: the server is stopped until this
// program has ended, which a child of ours sees by the end of a pipe.
#include <signal.h>
#include <unistd.h>

static char const page[] = "Content-Type: text/html\n\n<html><body>here at once</body></html>\n";

int main(void)
{
    pid_t const server = getppid();
    int ends[2];
    if (pipe(ends) != 0 || kill(server, SIGSTOP) != 0)
        return 1;
    pid_t const child = fork();
    if (child != 0) {
        int const written =
            child > 0 && write(STDOUT_FILENO, page, sizeof page - 1) == (ssize_t)sizeof page - 1;
        if (child < 0)
            kill(server, SIGCONT);
        return written ? 0 : 1;
    }
    char none;
    close(STDOUT_FILENO);
    close(ends[1]);
    while (read(ends[0], &none, 1) > 0) {
    }
    kill(server, SIGCONT);
    return 0;
}
