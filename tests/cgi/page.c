// SPDX-License-Identifier: BSL-1.0
// The smallest useful CGI program: what the rate of starts is measured with.
#include <unistd.h>

int main(void)
{
    static char const page[] =
        "Content-Type: text/html\r\n\r\n<html><body>hello from a small program</body></html>\n";
    return write(1, page, sizeof page - 1) == (ssize_t)sizeof page - 1 ? 0 : 1;
}
