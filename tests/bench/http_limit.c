// SPDX-License-Identifier: BSL-1.0
// http_limit PORT: one response of 612 bytes, made beforehand, to every request without a body.
#include "accept_and_answer.h"

enum { PAGE = 612, MOST_AT_ONCE = 1024 };

static char responses[MOST_AT_ONCE * 1024];
static size_t response_size;

static void make_responses(void)
{
    char page[PAGE + 1];
    memset(page, '.', PAGE);
    page[PAGE] = '\0';
    response_size = (size_t)snprintf(responses, 1024,
                                     "HTTP/1.1 200 OK\r\n"
                                     "Server: http_limit\r\n"
                                     "Date: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
                                     "Content-Type: text/html\r\n"
                                     "Content-Length: %d\r\n"
                                     "Last-Modified: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
                                     "ETag: \"1a2b-264\"\r\n"
                                     "Accept-Ranges: bytes\r\n"
                                     "\r\n%s",
                                     PAGE, page);
    for (size_t i = 1; i < MOST_AT_ONCE; ++i)
        memcpy(responses + i * response_size, responses, response_size);
}

// A request that a receive cuts in two is never answered; load generators send theirs in one piece.
static char const* respond(char* bytes, size_t* count)
{
    size_t requests = 0;
    char const* rest = bytes;
    char const* const end = bytes + *count;
    while (requests < MOST_AT_ONCE && (rest = memmem(rest, (size_t)(end - rest), "\r\n\r\n", 4))) {
        rest += 4;
        ++requests;
    }
    *count = requests * response_size;
    return responses;
}

int main(int argc, char** argv)
{
    if (argc != 2) {
        fputs("usage: http_limit PORT\n", stderr);
        return 2;
    }
    make_responses();
    accept_and_answer(argv[1], respond);
}
