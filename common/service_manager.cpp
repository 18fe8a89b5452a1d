// SPDX-License-Identifier: BSL-1.0
#include "common/service_manager.hpp"

#include "common/unique_fd.hpp"

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

std::optional<std::chrono::microseconds> watchdog_interval()
{
    auto const number = [](char const* name) -> std::optional<std::int64_t> {
        char const* const text = std::getenv(name);
        if (text == nullptr)
            return std::nullopt;
        std::string_view const digits(text);
        std::int64_t value = 0;
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        bool const whole = error == std::errc() && end == digits.data() + digits.size();
        return whole && value > 0 ? std::optional(value) : std::nullopt;
    };
    auto const interval = number("WATCHDOG_USEC");
    if (!interval || (std::getenv("WATCHDOG_PID") != nullptr && number("WATCHDOG_PID") != ::getpid()))
        return std::nullopt;
    return std::chrono::microseconds(*interval);
}

std::string reloading_state()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    long long const microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
    return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds);
}

} // namespace polyport
