// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/settings.hpp"
#include "common/socket_address.hpp"

#include <string>

#include <sys/types.h>

namespace polyport {

/// The file of a bound UNIX socket; removed when this goes, if it is still the one that was made.
class socket_file {
public:
    socket_file() = default;
    socket_file(socket_file&& other) noexcept;
    socket_file& operator=(socket_file&& other) noexcept;
    ~socket_file();

    /// Binds `fd` to `address` with the mode and owner of the settings. The socket file of a dead server is
    /// removed first: one that refuses connections. A live server's, or a file that is no socket, never is.
    /// An abstract name has no file. The error is the end of a sentence: cause; remedy.
    static checked<socket_file> bind(int fd, socket_address const& address, server_settings const& settings);

private:
    void remove() noexcept;

    std::string path_; ///< empty: no file
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace polyport
