// SPDX-License-Identifier: BSL-1.0
#include "services/http/document_root.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <linux/limits.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace polyport::http {
namespace {

// The kernel gives up on a ".." while anything on the machine is renamed, and wants to be asked again
// (openat2(2), EAGAIN).
constexpr int attempts = 4;

error_code from_errno(int code = errno)
{
    return {code, boost::system::system_category()};
}

std::string real_path(std::string const& directory)
{
    std::unique_ptr<char, decltype(&std::free)> const resolved(::realpath(directory.c_str(), nullptr),
                                                               &std::free);
    if (!resolved)
        throw start_error("http-root: '" + directory + "' cannot be opened: " + std::strerror(errno) +
                          "; name an existing directory");
    std::string text(resolved.get());
    return text == "/" ? std::string() : text;
}

bool is_below(std::string_view path, std::string_view root)
{
    return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

} // namespace

int kernel_openat2(int directory, char const* path, open_how const& how) noexcept
{
    return static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how));
}

document_root::document_root(std::string directory, symlink_policy links, openat2_call call)
    : directory_(real_path(directory)),
      root_(::open(directory_.empty() ? "/" : directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
      links_(links), openat2_(call)
{
    if (!root_)
        throw start_error("http-root: '" + directory + "' cannot be opened: " + std::strerror(errno) +
                          "; name a directory that the daemon may read");
}

result<struct stat> document_root::status(std::string const& path) const
{
    auto const found = open_below(path, O_PATH);
    if (!found)
        return found.error();
    struct stat what{};
    if (::fstat(found->get(), &what) != 0)
        return from_errno();
    return what;
}

result<unique_fd> document_root::open(std::string const& path) const
{
    return open_below(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

result<unique_fd> document_root::open_directory(std::string const& path) const
{
    return open_below(path, O_RDONLY | O_DIRECTORY);
}

result<unique_fd> document_root::open_below(std::string const& path, int flags) const
{
    char const* const below = path.size() > 1 ? path.c_str() + 1 : ".";
    if (links_ == symlink_policy::follow) {
        unique_fd fd(::openat(root_.get(), below, flags | O_CLOEXEC));
        return fd ? result<unique_fd>(std::move(fd)) : result<unique_fd>(from_errno());
    }
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    for (int i = 0; i < attempts; ++i) {
        if (unique_fd fd(openat2_(root_.get(), below, how)); fd)
            return fd;
        if (errno != EAGAIN)
            break;
    }
    // An absolute link, even one that stays below the root, shows as EXDEV; kernels before 5.6 and some
    // system call filters do not have openat2.
    if (errno == EXDEV || errno == ENOSYS || errno == EPERM || errno == EAGAIN)
        return open_checked(below, flags);
    return from_errno();
}

// Opens it without reading from it, asks the kernel where that is, and only then opens it for use.
result<unique_fd> document_root::open_checked(char const* below, int flags) const
{
    unique_fd const found(::openat(root_.get(), below, O_PATH | O_CLOEXEC));
    if (!found)
        return from_errno();
    auto const self = "/proc/self/fd/" + std::to_string(found.get());
    std::array<char, PATH_MAX> where;
    ssize_t const size = ::readlink(self.c_str(), where.data(), where.size());
    if (size <= 0 || !is_below({where.data(), static_cast<std::size_t>(size)}, directory_))
        return from_errno(EXDEV);
    unique_fd fd(::open(self.c_str(), flags | O_CLOEXEC));
    return fd ? result<unique_fd>(std::move(fd)) : result<unique_fd>(from_errno());
}

} // namespace polyport::http
