// SPDX-License-Identifier: BSL-1.0
#include "client/own_path.hpp"

#include "common/quoted.hpp"
#include "common/socket_address.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace polyport::client {
namespace {

constexpr std::array ending_signals{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

// A signal handler can reach nothing but what is static.
char path_to_remove[max_unix_path + 1];
std::sig_atomic_t volatile removal_due = 0;

extern "C" void remove_path_and_die(int signal)
{
    if (removal_due)
        ::unlink(path_to_remove);
    ::raise(signal); // SA_RESETHAND has put the default action back: the shell sees what ended us
}

/// No signal comes between binding a path and knowing that it has to be removed, or the reverse.
class signals_held {
public:
    signals_held()
    {
        sigset_t held;
        sigemptyset(&held);
        for (int const signal : ending_signals)
            sigaddset(&held, signal);
        ::sigprocmask(SIG_BLOCK, &held, &before_);
    }
    signals_held(signals_held const&) = delete;
    signals_held& operator=(signals_held const&) = delete;
    ~signals_held() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

void remove_at_signals(std::string const& path)
{
    std::memcpy(path_to_remove, path.c_str(), path.size() + 1);
    removal_due = 1;
    for (int const signal : ending_signals) {
        struct sigaction action = {};
        // One that is ignored (nohup) stays so.
        if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL)
            continue;
        action = {};
        action.sa_handler = remove_path_and_die;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        ::sigaction(signal, &action, nullptr);
    }
}

/// 0 or the errno.
int bind_to(int socket, std::string const& name, mode_t mode)
{
    sockaddr_storage storage = {};
    socklen_t const length = socket_address::from_unix(name).fill(storage);
    bool const is_file = name.front() != '\0';
    signals_held const held;
    // Linux takes the new file's mode from the socket, so that it is never open to more than it should be.
    ::fchmod(socket, 0600);
    if (::bind(socket, reinterpret_cast<sockaddr const*>(&storage), length) != 0)
        return errno;
    if (is_file) {
        remove_at_signals(name);
        if (mode != 0600)
            ::chmod(name.c_str(), mode);
    }
    return 0;
}

failure cannot_bind(std::string const& path, int error)
{
    std::string const head = escaped(path) + ": this end's own path cannot be bound: ";
    if (error == EADDRINUSE)
        return {exit_status::failed, head + "it exists already; remove it or name another with --bind"};
    return {exit_status::failed, head + cause(error) + "; name another with --bind"};
}

} // namespace

own_place place_of_own_path(uid_t self, std::optional<uid_t> server, bool answered,
                            std::string const& runtime_directory)
{
    bool const is_private = !answered || (server == self && self != 0);
    own_place place;
    if (is_private && runtime_directory.starts_with('/'))
        place.directories.push_back(runtime_directory);
    place.directories.emplace_back("/tmp");
    place.mode = is_private ? 0600 : 0666;
    return place;
}

std::string own_name(pid_t pid, unsigned serial)
{
    std::string const number = serial > 1 ? "-" + std::to_string(serial) : "";
    return "polyport-" + std::to_string(pid) + number + ".sock";
}

outcome<own_path> own_path::bind(int socket, std::optional<endpoint_spec> const& wish, own_place const& place,
                                 unsigned serial)
{
    if (wish) {
        bool const is_file = wish->type == endpoint_spec::kind::unix_path;
        int const error =
            bind_to(socket, is_file ? wish->path : std::string(1, '\0') + wish->path, place.mode);
        if (error != 0)
            return cannot_bind(to_string(*wish), error);
        return own_path(is_file ? wish->path : "@" + wish->path, is_file);
    }

    constexpr unsigned most_tries = 100; // what an earlier process with our pid may have left behind
    int error = 0;
    std::string path;
    for (std::string const& directory : place.directories) {
        error = EADDRINUSE;
        for (unsigned n = serial; n < serial + most_tries && error == EADDRINUSE; ++n) {
            path = directory + "/" + own_name(::getpid(), n);
            error = path.size() > max_unix_path ? ENAMETOOLONG : bind_to(socket, path, place.mode);
        }
        if (error == 0)
            return own_path(std::move(path), true);
    }
    return cannot_bind(path, error);
}

own_path::own_path(own_path&& other) noexcept
    : path_(std::move(other.path_)), is_file_(std::exchange(other.is_file_, false))
{
}

own_path::~own_path()
{
    if (!is_file_)
        return;
    signals_held const held;
    ::unlink(path_.c_str());
    removal_due = 0;
}

} // namespace polyport::client
