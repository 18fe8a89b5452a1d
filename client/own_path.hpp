// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/failure.hpp"
#include "common/endpoint_spec.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace polyport::client {

/// Where a path of the client's own may lie, and with which mode.
struct own_place {
    std::vector<std::string> directories; ///< to be tried in turn
    mode_t mode = 0600;
};

/// A path that the server answers through (`answered`, datagrams) must be within the reach of the server,
/// which may run as another user, or may have dropped the rights that it bound its socket with: then it lies
/// in /tmp, writable for all. That is safe, since a connected datagram socket takes messages from its peer
/// alone. Otherwise it is private. `server` is the owner of the server's socket, if it has one.
own_place place_of_own_path(uid_t self, std::optional<uid_t> server, bool answered,
                            std::string const& runtime_directory);

/// `polyport-PID.sock`, and `polyport-PID-N.sock` for every further one.
std::string own_name(pid_t pid, unsigned serial);

/// A path that a socket of the client is bound to. It is removed on destruction, and also when SIGHUP,
/// SIGINT, SIGQUIT or SIGTERM ends the process. There is one at a time.
class own_path {
public:
    /// `wish` is a UNIX endpoint, or nothing: a name is made up, numbered from `serial` on, in the first
    /// directory of `place` that takes it. What exists already is never removed.
    static outcome<own_path> bind(int socket, std::optional<endpoint_spec> const& wish,
                                  own_place const& place, unsigned serial = 1);

    own_path(own_path&& other) noexcept;
    own_path& operator=(own_path&&) = delete;
    ~own_path();

    std::string const& text() const noexcept { return path_; }

private:
    explicit own_path(std::string path, bool is_file) : path_(std::move(path)), is_file_(is_file) {}

    std::string path_;
    bool is_file_; // an abstract name leaves nothing to remove
};

} // namespace polyport::client
