// SPDX-License-Identifier: BSL-1.0
// A CGI program that prints as JSON all that it was given: arguments, environment, input, and how it was
// started. What is no UTF-8 or not printable in it is shown as \u00XX, one for each byte.
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char** environ;

static void print_bytes(char const* bytes, size_t size)
{
    putchar('"');
    for (size_t i = 0; i < size; ++i) {
        unsigned char const c = (unsigned char)bytes[i];
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c > 0x7e)
            printf("\\u00%02x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print_arguments(int count, char** arguments)
{
    printf("\"arguments\":[");
    for (int i = 0; i < count; ++i) {
        if (i > 0)
            putchar(',');
        print_bytes(arguments[i], strlen(arguments[i]));
    }
    printf("],\n");
}

static void print_environment(void)
{
    printf("\"environment\":{");
    for (char** one = environ; *one; ++one) {
        char const* const sign = strchr(*one, '=');
        if (one != environ)
            printf(",\n");
        print_bytes(*one, (size_t)(sign - *one));
        putchar(':');
        print_bytes(sign + 1, strlen(sign + 1));
    }
    printf("},\n");
}

static void print_descriptors(void)
{
    DIR* const folder = opendir("/proc/self/fd");
    int first = 1;
    printf("\"descriptors\":[");
    for (struct dirent* entry = readdir(folder); entry; entry = readdir(folder)) {
        int const number = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || number == dirfd(folder))
            continue;
        printf(first ? "%d" : ",%d", number);
        first = 0;
    }
    closedir(folder);
    printf("],\n");
}

static void print_signals(void)
{
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    int changed = 0;
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            ++changed;
        if (sigismember(&blocked, number) == 1)
            ++changed;
    }
    printf("\"signals_changed\":%d,\n", changed);
}

static void print_start(void)
{
    char directory[4096];
    struct rlimit files;
    struct rlimit memory;
    struct rlimit processes;
    mode_t const mask = umask(0);
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_AS, &memory);
    getrlimit(RLIMIT_NPROC, &processes);
    printf("\"directory\":");
    print_bytes(directory, strlen(getcwd(directory, sizeof directory)));
    printf(",\n\"umask\":\"%03o\",\n\"pid\":%d,\n\"group\":%d,\n\"session\":%d,\n\"user\":%d,\n\"user_"
           "group\":%d,\n"
           "\"files\":%lu,\n\"memory\":%lu,\n\"processes\":%lu,\n",
           (unsigned)mask, (int)getpid(), (int)getpgrp(), (int)getsid(0), (int)getuid(), (int)getgid(),
           (unsigned long)files.rlim_cur, (unsigned long)memory.rlim_cur, (unsigned long)processes.rlim_cur);
}

static void print_input(void)
{
    size_t size = 0;
    size_t room = 65536;
    char* input = malloc(room);
    for (;;) {
        ssize_t const count = read(0, input + size, room - size);
        if (count <= 0)
            break;
        size += (size_t)count;
        if (size == room)
            input = realloc(input, room *= 2);
    }
    printf("\"input_size\":%zu,\n\"input\":", size);
    print_bytes(input, size < 4096 ? size : 4096);
    free(input);
}

int main(int count, char** arguments)
{
    printf("Content-Type: application/json\r\n\r\n{");
    print_arguments(count, arguments);
    print_environment();
    print_descriptors();
    print_signals();
    print_start();
    print_input();
    printf("}\n");
    return 0;
}
