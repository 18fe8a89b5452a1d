// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace polyport::integration {

/// A daemon that runs the programs of tests/cgi below /cgi-bin/.
class cgi_site {
public:
    explicit cgi_site(std::initializer_list<std::string> more_arguments = {});

    std::uint16_t port() const { return server.port("http"); }
    http_reply get(std::string_view program, std::string_view more_fields = {}) const
    {
        return http_get(port(), "/cgi-bin/" + std::string(program), more_fields);
    }
    /// Sends the request and leaves the answer to come.
    unique_fd ask(std::string_view program, std::string_view more_fields = {},
                  std::string const& from = {}) const;

    /// A file that a program writes a process number to, given to it as its query.
    std::string note(std::string_view name) const { return (directory / name).string(); }
    /// That number, once it is there.
    pid_t noted(std::string_view name) const;

    /// The record of the n-th run that has ended, once it is there.
    log_line ended(std::string_view program, std::size_t n = 1) const;

    /// No process of the daemon is left, zombies included.
    bool has_no_children() const;

    temporary_directory directory;
    daemon_process server;
};

/// It has ended. A zombie that someone else has to reap counts as that.
bool has_ended(pid_t pid);

/// Whether the record of a run that has ended names this signal.
bool is_stopped_by(log_line const& ended, std::string_view signal);

/// A request with a body as it is sent; `fields` with the ends of their lines.
std::string cgi_post(std::string_view program, std::string_view fields, std::string_view body = {});
std::string length_field(std::size_t size);
/// In chunks of different sizes, with an extension and a trailer field.
std::string chunks_of(std::string_view body);

} // namespace polyport::integration
