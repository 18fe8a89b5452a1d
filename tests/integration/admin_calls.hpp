// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"
#include "tests/integration/sockets.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace polyport::integration {

/// A daemon with a control interface on a UNIX socket, and calls to it.
class steered_daemon {
public:
    explicit steered_daemon(std::vector<std::string> arguments, launch_options options = {})
        : server_(with_admin(std::move(arguments)), std::move(options))
    {
    }

    daemon_process& server() noexcept { return server_; }
    std::string path() const { return directory_ / "admin.sock"; }
    std::filesystem::path file(std::string_view name) const { return directory_ / name; }

    /// A request on a connection of its own.
    http_reply call(std::string_view method, std::string_view target, std::string_view fields = {},
                    std::string_view body = {}) const
    {
        auto const connection = connect_unix(path());
        std::string text(method);
        text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(fields);
        if (!body.empty())
            text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
        send_all(connection, text.append("\r\n").append(body));
        return receive_reply(connection, method == "HEAD" ? body_expected::no : body_expected::yes);
    }
    boost::json::object get(std::string_view target) const
    {
        auto const reply = call("GET", target);
        if (reply.status != 200)
            throw std::runtime_error("status " + std::to_string(reply.status) + " for " +
                                     std::string(target) + ": " + reply.body);
        return boost::json::parse(reply.body).as_object();
    }
    /// The connections that `query` leaves, as the daemon lists them.
    boost::json::array connections(std::string_view query = {}) const
    {
        return get("/connections" + std::string(query)).at("connections").as_array();
    }
    /// The table shows so many for this query, by and by.
    bool shows(std::string const& query, std::size_t wanted) const
    {
        return eventually([&] { return connections(query).size() == wanted; });
    }

private:
    std::vector<std::string> with_admin(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.end(), {"--admin", path()});
        return arguments;
    }

    temporary_directory directory_;
    daemon_process server_;
};

/// Member of an object, as text: "" where it is not there.
inline std::string text_at(boost::json::object const& object, std::string_view name)
{
    auto const* const found = object.if_contains(boost::json::string_view(name.data(), name.size()));
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

inline std::uint64_t number_at(boost::json::object const& object, std::string_view name)
{
    auto const* const found = object.if_contains(boost::json::string_view(name.data(), name.size()));
    return found && found->is_number() ? found->to_number<std::uint64_t>() : 0;
}

/// What an answer says is wrong.
inline std::string error_of(http_reply const& reply)
{
    return text_at(boost::json::parse(reply.body).as_object(), "error");
}

/// Connected and answered: the daemon has it in its table.
inline unique_fd served(std::uint16_t port)
{
    auto client = connect_tcp(port);
    send_all(client, "x");
    if (receive_exactly(client, 1) != "X")
        throw std::runtime_error("no answer in upper case");
    return client;
}

/// How the other side has ended the connection.
inline std::string end_of(unique_fd const& client)
{
    try {
        return receive_some(client).empty() ? "end" : "data";
    } catch (std::system_error const& error) {
        return error.code().message();
    }
}

} // namespace polyport::integration
