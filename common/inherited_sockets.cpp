// SPDX-License-Identifier: BSL-1.0
#include "common/inherited_sockets.hpp"

#include "common/quoted.hpp"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace polyport {

namespace {

constexpr int first_descriptor = 3; // SD_LISTEN_FDS_START
constexpr int most_descriptors = 4096;

std::string take_variable(char const* name)
{
    char const* const value = std::getenv(name);
    std::string const copy = value == nullptr ? "" : value;
    ::unsetenv(name);
    return copy;
}

std::optional<int> parse_count(std::string_view text) noexcept
{
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

std::vector<std::string> split_names(std::string_view text)
{
    std::vector<std::string> names;
    for (;;) {
        auto const colon = text.find(':');
        names.emplace_back(text.substr(0, colon));
        if (colon == std::string_view::npos)
            return names;
        text.remove_prefix(colon + 1);
    }
}

bool is_socket(int fd) noexcept
{
    int type = 0;
    socklen_t length = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
}

/// False when the descriptor is not open.
bool prepare(int fd) noexcept
{
    int const descriptor_flags = ::fcntl(fd, F_GETFD);
    int const status_flags = ::fcntl(fd, F_GETFL);
    return descriptor_flags >= 0 && status_flags >= 0 &&
           ::fcntl(fd, F_SETFD, descriptor_flags | FD_CLOEXEC) == 0 &&
           ::fcntl(fd, F_SETFL, status_flags | O_NONBLOCK) == 0;
}

} // namespace

checked<inherited_sockets> inherited_sockets::from_environment()
{
    std::string const pid = take_variable("LISTEN_PID");
    std::string const fds = take_variable("LISTEN_FDS");
    std::string const fd_names = take_variable("LISTEN_FDNAMES");
    ::unsetenv("LISTEN_PIDFDID"); // newer service managers add it
    inherited_sockets sockets;
    if (fds.empty() || pid.empty())
        return sockets;
    auto const meant_for = parse_count(pid);
    if (!meant_for)
        return problem{"LISTEN_PID: " + quoted(pid) +
                       " is not a process number; the service manager sets it"};
    if (*meant_for != ::getpid())
        return sockets;
    auto const count = parse_count(fds);
    if (!count || *count > most_descriptors)
        return problem{"LISTEN_FDS: " + quoted(fds) + " is not a number of sockets from 0 to " +
                       std::to_string(most_descriptors) + "; the service manager sets it"};

    std::vector<std::string> names;
    if (!fd_names.empty())
        names = split_names(fd_names);
    if (!names.empty() && names.size() != static_cast<std::size_t>(*count))
        return problem{"LISTEN_FDNAMES: " + quoted(fd_names) + " has " + std::to_string(names.size()) +
                       (names.size() == 1 ? " name" : " names") + ", but LISTEN_FDS says " +
                       std::to_string(*count) + "; give each socket one, with ':' between them"};
    for (int index = 0; index < *count; ++index) {
        int const fd = first_descriptor + index;
        if (!prepare(fd))
            return problem{"LISTEN_FDS: descriptor " + std::to_string(fd) +
                           " is not open; pass as many sockets as it says, from descriptor 3 on"};
        // "unknown" is what sd_listen_fds_with_names(3) calls a socket without a name.
        std::string name = names.empty() ? "unknown" : std::move(names[static_cast<std::size_t>(index)]);
        sockets.entries_.push_back({std::move(name), fd, unique_fd(fd)});
    }
    return sockets;
}

checked<std::vector<unique_fd>> inherited_sockets::take(std::string_view name)
{
    auto const number = parse_count(name);
    bool const named = has(name);
    bool already_taken = false;
    std::vector<unique_fd> found;
    for (entry& candidate : entries_) {
        bool const wanted = named ? candidate.name == name : number && candidate.number == *number;
        if (!wanted)
            continue;
        if (!candidate.fd) {
            already_taken = true;
            continue;
        }
        if (!is_socket(candidate.fd.get()))
            return problem{"fd:" + escaped(name) + ": the inherited descriptor " +
                           std::to_string(candidate.number) +
                           " is not a socket; let the service manager pass one"};
        found.push_back(std::move(candidate.fd));
    }
    if (!found.empty())
        return found;
    if (already_taken)
        return problem{"fd:" + escaped(name) +
                       ": the inherited socket is in use by another endpoint already; " + "name each once"};
    if (entries_.empty())
        return problem{"fd:" + escaped(name) + ": no sockets were inherited (LISTEN_FDS); start the daemon " +
                       "from a service manager's socket unit, or name an address"};
    return problem{"fd:" + escaped(name) + ": no inherited socket has that name; there are: " + all_names()};
}

bool inherited_sockets::has(std::string_view name) const
{
    for (entry const& candidate : entries_) {
        if (candidate.name == name)
            return true;
    }
    return false;
}

std::string inherited_sockets::all_names() const
{
    std::string list;
    for (entry const& candidate : entries_) {
        if (!list.empty())
            list += ", ";
        list += "fd:" + escaped(candidate.name) + " (descriptor " + std::to_string(candidate.number) + ')';
    }
    return list;
}

std::vector<std::string> inherited_sockets::unclaimed() const
{
    std::vector<std::string> names;
    for (entry const& candidate : entries_) {
        if (candidate.fd)
            names.push_back("fd:" + candidate.name);
    }
    return names;
}

std::vector<std::string> inherited_sockets::close_unclaimed()
{
    auto names = unclaimed();
    for (entry& candidate : entries_)
        candidate.fd.reset();
    return names;
}

} // namespace polyport
