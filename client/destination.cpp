// SPDX-License-Identifier: BSL-1.0
#include "client/destination.hpp"

#include "common/quoted.hpp"

#include <array>

namespace polyport::client {
namespace {

struct scheme {
    std::string_view prefix;
    destination::kind type;
    bool is_unix;
};

constexpr std::array schemes{
    scheme{"tcp://", destination::kind::stream, false},
    scheme{"udp://", destination::kind::datagram, false},
    scheme{"unix:", destination::kind::stream, true},
    scheme{"unixgram:", destination::kind::datagram, true},
};

scheme const* scheme_of(std::string_view text) noexcept
{
    for (scheme const& one : schemes)
        if (text.starts_with(one.prefix))
            return &one;
    return nullptr;
}

problem unfit(std::string_view text, std::string const& why)
{
    return problem{quoted(text) + " is no address to connect to: " + why};
}

/// What follows `unix:` is a path even if no slash shows it.
std::string as_path(std::string_view rest)
{
    bool const plain = !rest.empty() && rest.front() != '@' && rest.find('/') == std::string_view::npos;
    return (plain ? "./" : "") + std::string(rest);
}

} // namespace

checked<destination> parse_destination(std::string_view text)
{
    scheme const* const known = scheme_of(text);
    if (!known && text.find("://") != std::string_view::npos)
        return unfit(text, "write tcp://HOST:PORT, udp://HOST:PORT, unix:PATH or unixgram:PATH");

    std::string_view const rest = known ? text.substr(known->prefix.size()) : text;
    if (rest.empty())
        return unfit(text, known && known->is_unix ? "add the path of the socket, such as unix:/run/x.sock"
                                                   : "write HOST:PORT, a port or a path");
    auto endpoint = parse_endpoint(known && known->is_unix ? as_path(rest) : std::string(rest));
    if (!endpoint)
        return endpoint.error();

    using kind = endpoint_spec::kind;
    std::string const prefix(known ? known->prefix : "");
    if (known && known->is_unix != endpoint->is_unix() && endpoint->type != kind::inherited)
        return unfit(text, known->is_unix
                               ? prefix + " wants a path or an @NAME, such as " + prefix + "/run/x.sock"
                               : prefix + " wants a host and a port, such as " + prefix + "127.0.0.1:8000");
    if (endpoint->type == kind::inherited)
        return unfit(text, "only a daemon inherits sockets; write HOST:PORT or a path");
    if (endpoint->type == kind::any_address)
        return unfit(text, "* stands for every address of a server; name one of them, such as " + prefix +
                               "127.0.0.1:" + std::to_string(endpoint->port));
    if (endpoint->type == kind::host && endpoint->port == 0)
        return unfit(text, "nothing listens on port 0; write the port that the server reports");
    return destination{std::move(*endpoint), known ? known->type : destination::kind::stream};
}

std::string name_of(destination const& to)
{
    auto const& at = to.endpoint;
    switch (at.type) {
    case endpoint_spec::kind::unix_path:
        return escaped(at.path);
    case endpoint_spec::kind::unix_abstract:
        return "@" + escaped(at.path);
    default:
        break;
    }
    bool const bracketed = at.host.find(':') != std::string::npos;
    return (bracketed ? "[" + at.host + "]" : at.host) + ":" + std::to_string(at.port);
}

} // namespace polyport::client
