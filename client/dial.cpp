// SPDX-License-Identifier: BSL-1.0
#include "client/dial.hpp"

#include "client/wait.hpp"
#include "common/option_values.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace polyport::client {
namespace {

constexpr milliseconds limit_before_the_last{3'000};

unique_fd open_socket(socket_address const& peer, int type)
{
    unique_fd made(::socket(peer.family(), type | SOCK_CLOEXEC, 0));
    if (!made)
        throw std::system_error(errno, std::generic_category(), "no socket can be opened");
    return made;
}

int call_connect(int socket, socket_address const& peer)
{
    sockaddr_storage storage = {};
    socklen_t const length = peer.fill(storage);
    return ::connect(socket, reinterpret_cast<sockaddr const*>(&storage), length) == 0 ? 0 : errno;
}

void set_non_blocking(int socket)
{
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
}

/// A full backlog makes a non-blocking UNIX connect fail at once, with nothing to wait on; a blocking one
/// honours SO_SNDTIMEO (unix(7)).
int connect_unix(int socket, socket_address const& peer, milliseconds limit)
{
    deadline const until = after(limit);
    while (true) {
        auto const left = std::max(std::chrono::ceil<std::chrono::microseconds>(*until - clock::now()),
                                   std::chrono::microseconds{1});
        timeval const span{static_cast<time_t>(left.count() / 1'000'000),
                           static_cast<suseconds_t>(left.count() % 1'000'000)};
        ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &span, sizeof span);
        int const error = call_connect(socket, peer);
        if (error == EAGAIN)
            return ETIMEDOUT;
        if (error != EINTR)
            return error;
    }
}

/// A TCP socket that connects to a free port of the ephemeral range can meet itself.
bool met_itself(int socket)
{
    auto const local = socket_address::local_of(socket);
    auto const peer = socket_address::peer_of(socket);
    return local && peer && local->is_ip() && *local == *peer;
}

int connect_tcp(int socket, socket_address const& peer, milliseconds limit)
{
    set_non_blocking(socket);
    int error = call_connect(socket, peer);
    if (error == EINPROGRESS || error == EINTR) { // interrupted: it goes on all the same (POSIX)
        if (!wait_for(socket, POLLOUT, after(limit)))
            return ETIMEDOUT;
        socklen_t length = sizeof error;
        ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length);
    }
    if (error == 0 && met_itself(socket))
        return ECONNREFUSED;
    return error;
}

std::optional<uid_t> owner_of(socket_address const& peer)
{
    struct stat facts = {};
    if (!peer.is_unix() || peer.is_abstract() || ::stat(peer.unix_name().c_str(), &facts) != 0)
        return std::nullopt;
    return facts.st_uid;
}

outcome<own_path> bind_own(int socket, talk_options const& options, socket_address const& peer,
                           unsigned serial)
{
    // The run-time directory of the user (XDG Base Directory Specification), if there is one.
    char const* const runtime = std::getenv("XDG_RUNTIME_DIR");
    own_place const place =
        place_of_own_path(::geteuid(), owner_of(peer), options.to.is_datagram(), runtime ? runtime : "");
    return own_path::bind(socket, options.bind ? options.bind->path : std::nullopt, place, serial);
}

void tell_connected(connection const& made, socket_address const& peer, std::string const& how)
{
    auto const local = socket_address::local_of(made.socket.get());
    report(peer.to_string() + ": " + how + (local ? ", from " + local->to_string() : std::string()));
}

bool is_socket(std::string const& path)
{
    struct stat facts = {};
    return ::stat(path.c_str(), &facts) != 0 || S_ISSOCK(facts.st_mode);
}

} // namespace

outcome<std::vector<socket_address>> look_up(destination const& to)
{
    auto found = resolve(to.endpoint);
    if (!found)
        return failure{exit_status::failed, found.error().text};
    return std::move(*found);
}

std::string connect_sentence(destination const& to, std::string const& tried, int error)
{
    std::string const head = tried + ": ";
    bool const is_unix = to.endpoint.is_unix();
    switch (error) {
    case ECONNREFUSED:
        if (to.endpoint.type == endpoint_spec::kind::unix_path && !is_socket(to.endpoint.path))
            return head + "this is not a socket; name the path that polyportd listens on";
        return head + "connection refused; is polyportd running there?";
    case ENOENT:
        return head + "there is no such socket; is polyportd running, and is the path right?";
    case EPROTOTYPE:
        return head + (to.is_datagram() ? "this is not a datagram socket; connect to it with unix:PATH"
                                        : "this is not a stream socket; send to it with unixgram:PATH");
    case EACCES:
    case EPERM:
        return head + cause(error) +
               (is_unix ? "; the modes of the socket and of the folders above it say who may connect"
                        : "; does a firewall of this machine forbid it?");
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
        return head + cause(error) + "; check the address and the network of this machine";
    default:
        return head + cause(error);
    }
}

outcome<connection> connect_stream(talk_options const& options)
{
    auto const peers = look_up(options.to);
    if (!peers)
        return peers.error();

    milliseconds const limit = options.connect_timeout();
    std::string tried;
    int error = 0;
    for (std::size_t i = 0; i < peers->size(); ++i) {
        socket_address const& peer = (*peers)[i];
        connection made;
        made.socket = open_socket(peer, SOCK_STREAM);
        if (options.bind) {
            auto path = bind_own(made.socket.get(), options, peer, 1);
            if (!path)
                return path.error();
            made.path.emplace(std::move(*path));
        }
        bool const last = i + 1 == peers->size();
        milliseconds const share = last ? limit : std::min(limit, limit_before_the_last);
        error = peer.is_unix() ? connect_unix(made.socket.get(), peer, share)
                               : connect_tcp(made.socket.get(), peer, share);
        if (error == 0) {
            set_non_blocking(made.socket.get());
            if (options.verbose)
                tell_connected(made, peer, "connected");
            return made;
        }
        tried += (tried.empty() ? "" : ", ") + peer.to_string();
    }

    std::string const name = name_of(options.to);
    if (tried != name)
        tried = name + " (" + tried + ")";
    if (error == ETIMEDOUT)
        return failure{exit_status::timed_out, tried + ": no connection within " + format_duration(limit) +
                                                   "; check the address, or allow more with --timeout"};
    return failure{exit_status::failed, connect_sentence(options.to, tried, error)};
}

datagram_attempt connect_datagram(talk_options const& options, socket_address const& peer, unsigned serial)
{
    datagram_attempt attempt;
    connection& made = attempt.made;
    made.socket = open_socket(peer, SOCK_DGRAM | SOCK_NONBLOCK);
    if (peer.is_unix()) {
        auto path = bind_own(made.socket.get(), options, peer, serial);
        if (!path) {
            attempt.hopeless = path.error();
            return attempt;
        }
        made.path.emplace(std::move(*path));
    }
    attempt.error = call_connect(made.socket.get(), peer);
    if (attempt.error == 0 && options.verbose)
        tell_connected(made, peer, "datagrams go there");
    return attempt;
}

} // namespace polyport::client
