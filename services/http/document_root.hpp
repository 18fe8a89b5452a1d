// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"
#include "services/http/settings.hpp"

#include <string>

#include <sys/stat.h>

struct open_how; // of <linux/openat2.h>

namespace polyport::http {

/// openat2(2) without its sizes. Tests put another in its place.
using openat2_call = int (*)(int directory, char const* path, open_how const& how) noexcept;
int kernel_openat2(int directory, char const* path, open_how const& how) noexcept;

/// A directory whose files may be served, and nothing outside of it: the kernel resolves every path below it
/// (openat2 with RESOLVE_BENEATH), so that no symbolic link and no race leads out.
class document_root {
public:
    /// Throws start_error, which names the option.
    document_root(std::string directory, symlink_policy links, openat2_call call = kernel_openat2);

    /// Absolute, without a slash at its end (empty for the root of the file system).
    std::string const& directory() const noexcept { return directory_; }

    /// `path` is a target's: absolute below the root, normalised. Follows links as the policy says.
    /// Fails with errno: ENOENT, ENOTDIR, EACCES, ELOOP; a link that leads out shows as EXDEV.
    result<struct stat> status(std::string const& path) const;

    /// Opens a file for reading; never waits for one (a FIFO) and never takes a terminal.
    result<unique_fd> open(std::string const& path) const;

    /// Opens a directory for listing.
    result<unique_fd> open_directory(std::string const& path) const;

private:
    result<unique_fd> open_below(std::string const& path, int flags) const;
    result<unique_fd> open_checked(char const* below, int flags) const;

    std::string directory_;
    unique_fd root_;
    symlink_policy links_;
    openat2_call openat2_;
};

} // namespace polyport::http
