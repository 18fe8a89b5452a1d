// SPDX-License-Identifier: BSL-1.0
#include "client/wait.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

#include <unistd.h>

namespace polyport::client {

deadline after(std::optional<milliseconds> span)
{
    if (!span)
        return std::nullopt;
    return clock::now() + *span;
}

deadline sooner(deadline a, deadline b)
{
    if (!a || !b)
        return a ? a : b;
    return std::min(*a, *b);
}

bool wait_any(std::span<pollfd> set, deadline until)
{
    while (true) {
        int limit = -1;
        if (until) {
            // Rounded up: a wait that ends a fraction too early would be repeated with a limit of 0, and
            // spin.
            auto const left = std::chrono::ceil<milliseconds>(*until - clock::now()).count();
            limit = static_cast<int>(std::clamp<milliseconds::rep>(left, 0, INT_MAX));
        }
        int const ready = ::poll(set.data(), set.size(), limit);
        if (ready > 0)
            return true;
        if (ready == 0 && until && clock::now() >= *until)
            return false;
        if (ready < 0 && errno != EINTR && errno != EAGAIN)
            throw std::system_error(errno, std::generic_category(), "poll");
    }
}

bool wait_for(int fd, short events, deadline until)
{
    pollfd one{fd, events, 0};
    return wait_any({&one, 1}, until);
}

int write_all(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        ssize_t const written = ::write(fd, bytes.data(), bytes.size());
        if (written >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (errno == EAGAIN) // somebody who shares the descriptor has made it non-blocking
            wait_for(fd, POLLOUT, std::nullopt);
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

} // namespace polyport::client
