// SPDX-License-Identifier: BSL-1.0
#include "common/service_manager.hpp"

#include "common/unique_fd.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <sys/socket.h>
#include <sys/un.h>

namespace polyport {

namespace {

result<bool> failure(int error)
{
    return {boost::system::in_place_error, error, boost::system::system_category()};
}

} // namespace

result<bool> notify_service_manager(std::string_view state)
{
    char const* const name = std::getenv("NOTIFY_SOCKET");
    if (name == nullptr || *name == '\0')
        return false;

    std::string_view const path(name);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() < 2 || (path.front() != '/' && path.front() != '@'))
        return failure(EAFNOSUPPORT);
    if (path.size() >= sizeof address.sun_path)
        return failure(ENAMETOOLONG);
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path.front() == '@')
        address.sun_path[0] = '\0';
    auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());

    unique_fd const socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return failure(errno);
    ssize_t sent;
    do {
        sent = ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                        reinterpret_cast<sockaddr const*>(&address), length);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return failure(errno);
    return true;
}

std::string reloading_state()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    long long const microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
    return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds);
}

} // namespace polyport
