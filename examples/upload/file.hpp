// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <polyport/error.hpp>
#include <polyport/unique_fd.hpp>
#include <unistd.h>

/// A directory that files are made in. Shared by what is made.
using descriptor = std::shared_ptr<polyport::unique_fd>;

/// A new file without a name. O_TMPFILE: it is gone with the descriptor, whatever happens, until it is
/// linked.
inline polyport::unique_fd make_file(polyport::unique_fd const& directory)
{
    auto const path = "/proc/self/fd/" + std::to_string(directory.get());
    return polyport::unique_fd(::open(path.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0640));
}

/// The directory, in which files can be made; or what is wrong with it, and what would be right.
inline polyport::checked<descriptor> open_directory(std::string const& path)
{
    auto const unfit = [&path](std::string const& how) {
        return polyport::problem{"upload-directory: '" + path + "' " + how + " (" + std::strerror(errno) +
                                 "); name a directory for the files with --upload-directory DIR"};
    };
    polyport::unique_fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return unfit("cannot be opened");
    if (!make_file(fd))
        return unfit("takes no files");
    return std::make_shared<polyport::unique_fd>(std::move(fd));
}

/// The name in a field that is filled up with NUL; empty if it is not fit to be one. No name leads out of the
/// directory, hides a file, or means something to a shell.
inline std::string file_name(std::string_view field)
{
    auto const name = field.substr(0, field.find('\0'));
    bool const filled = field.find_first_not_of('\0', name.size()) == field.npos;
    bool const fit = name.find_first_not_of(
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == name.npos &&
                     !name.starts_with('.') && !name.starts_with('-');
    return filled && fit ? std::string(name) : std::string();
}

/// A file without a name, which is gone with this object unless it is given one. For one thread at a time.
class unfinished_file {
public:
    explicit unfinished_file(descriptor directory)
        : directory_(std::move(directory)), file_(make_file(*directory_)),
          failed_(file_ ? polyport::error_code() : last_error())
    {
    }

    /// Why it could not be made.
    polyport::error_code failed() const { return failed_; }

    polyport::error_code append(std::string_view bytes)
    {
        while (!bytes.empty()) {
            auto const count = ::write(file_.get(), bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return last_error();
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return {};
    }

    /// Never replaces a file.
    polyport::error_code keep_as(std::string const& name)
    {
        auto const self = "/proc/self/fd/" + std::to_string(file_.get());
        if (::linkat(AT_FDCWD, self.c_str(), directory_->get(), name.c_str(), AT_SYMLINK_FOLLOW) != 0)
            return last_error();
        return {};
    }

private:
    static polyport::error_code last_error() { return {errno, boost::system::system_category()}; }

    descriptor directory_;
    polyport::unique_fd file_;
    polyport::error_code failed_;
};
