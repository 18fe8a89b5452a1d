// SPDX-License-Identifier: BSL-1.0
#include "common/socket_file.hpp"

#include "common/unique_fd.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace polyport {
namespace {

enum class life { live, stale, unknown };

// Asks by connecting. A socket of another type than the one tried answers EPROTOTYPE, so it is alive.
life life_of(socket_address const& address)
{
    sockaddr_storage storage;
    auto const length = address.fill(storage);
    unique_fd const probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe)
        return life::unknown;
    if (::connect(probe.get(), reinterpret_cast<sockaddr*>(&storage), length) == 0 || errno == EAGAIN ||
        errno == EPROTOTYPE)
        return life::live;
    return errno == ECONNREFUSED ? life::stale : life::unknown;
}

problem because(int code, std::string remedy)
{
    return {std::string(std::strerror(code)) + std::move(remedy)};
}

// Nothing if the way is free.
checked<void> make_way(socket_address const& address)
{
    auto const& path = address.unix_name();
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0)
        return {};
    if (!S_ISSOCK(found.st_mode))
        return problem{"a file that is no socket has this name, and is left alone; remove it or choose "
                       "another path"};
    switch (life_of(address)) {
    case life::live:
        return problem{"another server listens on it; stop that one or choose another path"};
    case life::unknown:
        return because(errno, ": it cannot be told whether a server listens on it; remove it if none does");
    case life::stale:
        break;
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return because(errno, ": the socket file of a dead server cannot be removed; remove it by hand");
    return {};
}

} // namespace

socket_file::socket_file(socket_file&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_)
{
}

socket_file& socket_file::operator=(socket_file&& other) noexcept
{
    remove();
    path_ = std::exchange(other.path_, {});
    device_ = other.device_;
    inode_ = other.inode_;
    return *this;
}

socket_file::~socket_file()
{
    remove();
}

void socket_file::remove() noexcept
{
    struct stat found{};
    if (!path_.empty() && ::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ &&
        found.st_ino == inode_)
        ::unlink(path_.c_str());
    path_.clear();
}

checked<socket_file> socket_file::bind(int fd, socket_address const& address, server_settings const& settings)
{
    sockaddr_storage storage;
    auto const length = address.fill(storage);
    socket_file file;
    if (!address.is_abstract()) {
        if (auto const way = make_way(address); !way)
            return way.error();
        // The mode of the descriptor is what bind gives the file (less the umask): it is never open to more
        // than the settings say, not even for a moment.
        ::fchmod(fd, settings.socket_mode);
    }
    if (::bind(fd, reinterpret_cast<sockaddr*>(&storage), length) != 0) {
        if (errno == EADDRINUSE)
            return because(errno, ": another server has this name; stop it or choose another");
        return because(errno, errno == ENOENT ? ": create the directory first" : ": see to its directory");
    }
    if (address.is_abstract())
        return file;

    auto const& path = address.unix_name();
    struct stat made{};
    if (::lstat(path.c_str(), &made) != 0)
        return because(errno, ": the socket file has gone");
    file.path_ = path;
    file.device_ = made.st_dev;
    file.inode_ = made.st_ino;
    auto const& owner = settings.socket_owner;
    if (owner.user || owner.group) {
        if (::lchown(path.c_str(), owner.user.value_or(static_cast<uid_t>(-1)),
                     owner.group.value_or(static_cast<gid_t>(-1))) != 0)
            return because(errno, ": socket-owner cannot be set; run as root or leave it out");
    }
    if (::chmod(path.c_str(), settings.socket_mode) != 0) // past the umask
        return because(errno, ": socket-mode cannot be set");
    return file;
}

} // namespace polyport
