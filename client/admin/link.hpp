// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/admin/http_reader.hpp"
#include "client/admin/options.hpp"
#include "client/dial.hpp"
#include "client/failure.hpp"
#include "client/wait.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

namespace polyport::client {

/// A connection to the daemon's control interface, made when it is first needed and used again.
class admin_link {
public:
    enum class waited : std::uint8_t {
        ready,
        late,        ///< the deadline has come
        interrupted, ///< the answer is wanted no more
    };
    /// Waits for events of poll(2) on a descriptor.
    using wait_function = std::function<waited(int fd, short events, deadline until)>;

    /// A body may not be longer: a table of a million connections.
    static constexpr std::size_t max_body = std::size_t{1} << 30U;

    /// `options` outlive it.
    explicit admin_link(admin_options const& options) : options_(options) {}

    /// Waits so from now on. What is interrupted fails with exit_status::done and no sentence.
    void wait_with(wait_function how) { wait_ = std::move(how); }
    /// Connects now, unless it is connected.
    outcome<> open() { return connection_ ? outcome<>() : connect(); }

    /// The body of a good answer; what the daemon says is wrong is the failure's sentence.
    outcome<std::string> ask(std::string_view method, std::string_view target, std::string_view body = {});
    /// The same, read as JSON.
    outcome<boost::json::value> ask_json(std::string_view method, std::string_view target,
                                         std::string_view body = {});

    /// Begins an answer that goes on (events), on a connection of its own.
    outcome<> listen(std::string_view target);
    /// Its next bytes: none when the deadline has come, nothing at its end.
    outcome<std::optional<std::string>> next_bytes(deadline until);

private:
    outcome<> connect();
    outcome<> send(std::string_view method, std::string_view target, std::string_view body);
    outcome<std::string> receive();
    outcome<bool> read_stream(deadline until);
    outcome<waited> wait(short events, deadline until) const;
    outcome<ssize_t> receive_some(std::span<char> into, deadline until) const;
    failure refused(int status, std::string const& body) const;

    admin_options const& options_;
    wait_function wait_;
    std::optional<connection> connection_;
    bool fresh_ = false;        ///< nothing was asked on it yet
    bool closed_early_ = false; ///< by the other side, before it said anything
    std::optional<http_reader> stream_;
    std::string held_; ///< of the stream's body
};

} // namespace polyport::client
