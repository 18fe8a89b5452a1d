// SPDX-License-Identifier: BSL-1.0
#include "common/ready_report.hpp"

#include "common/error.hpp"
#include "common/quoted.hpp"
#include "common/unique_fd.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace polyport {

namespace {

namespace json = boost::json;

/// A file name is bytes, a JSON string is not: what is no UTF-8 becomes U+FFFD, so that the line stays valid.
std::string valid_utf8(std::string_view bytes)
{
    std::string text;
    while (!bytes.empty()) {
        std::size_t const length = utf8_length(bytes);
        if (length == 0)
            text += "\xef\xbf\xbd";
        else
            text += bytes.substr(0, length);
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
    return text;
}

std::string shown_path(socket_address const& address)
{
    std::string path = address.unix_name();
    if (address.is_abstract())
        path.front() = '@';
    return valid_utf8(path);
}

json::object endpoint_object(ready_endpoint const& endpoint)
{
    json::object object;
    object["service"] = endpoint.service;
    object["transport"] = endpoint.transport;
    if (endpoint.address.is_unix()) {
        object["path"] = shown_path(endpoint.address);
    } else {
        object["address"] = endpoint.address.host();
        object["port"] = endpoint.address.port();
    }
    return object;
}

std::string last_error_text()
{
    return error_code(errno, boost::system::system_category()).message();
}

/// "" if it is no regular file, cannot be read, or is larger than any report.
std::string read_small_file(std::string const& path)
{
    constexpr std::size_t largest = std::size_t{1} << 20;
    unique_fd const fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat found{};
    if (!fd || ::fstat(fd.get(), &found) != 0 || !S_ISREG(found.st_mode) ||
        found.st_size > static_cast<off_t>(largest))
        return {};
    std::string text(static_cast<std::size_t>(found.st_size), '\0');
    auto const got = ::read(fd.get(), text.data(), text.size());
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
}

/// False with errno set. Waits when the descriptor is non-blocking and full: whoever passed it reads it.
bool write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        ssize_t const count = ::write(fd, text.data(), text.size());
        if (count >= 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) {
            pollfd writable{fd, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

} // namespace

std::string ready_report(pid_t pid, std::string_view version, std::span<ready_endpoint const> endpoints)
{
    json::array list;
    for (ready_endpoint const& endpoint : endpoints)
        list.push_back(endpoint_object(endpoint));
    json::object report;
    report["pid"] = pid;
    report["version"] = version;
    report["endpoints"] = std::move(list);
    return json::serialize(report) + '\n';
}

void write_ready_file(std::string const& path, std::string_view text)
{
    // In the same folder: a rename across file systems is no rename.
    std::string temporary = path + ".XXXXXX";
    unique_fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!fd)
        throw start_error("ready-file: " + quoted(path) + " cannot be created: " + last_error_text() +
                          "; name a file in a folder that this user may write to with --ready-file FILE");
    std::string cause;
    struct stat target{};
    if (::stat(path.c_str(), &target) == 0 && S_ISDIR(target.st_mode)) {
        errno = EISDIR;
        cause = last_error_text();
    } else if (!write_all(fd.get(), text) || ::fchmod(fd.get(), 0644) != 0 ||
               ::rename(temporary.c_str(), path.c_str()) != 0) {
        cause = last_error_text();
    }
    if (!cause.empty()) {
        ::unlink(temporary.c_str());
        throw start_error("ready-file: " + quoted(path) + " cannot be written: " + cause +
                          "; name another file with --ready-file FILE");
    }
}

void remove_stale_ready_file(std::string const& path)
{
    auto const report = read_small_file(path);
    error_code failed;
    auto const value = json::parse(report, failed);
    if (failed || !value.is_object())
        return;
    auto const* const pid = value.get_object().if_contains("pid");
    if (!pid || !pid->is_int64())
        return;
    // In a container every start has the same number: then it was not us who wrote it.
    auto const writer = static_cast<pid_t>(pid->get_int64());
    bool const gone = writer == ::getpid() || (::kill(writer, 0) != 0 && errno == ESRCH);
    if (writer > 0 && gone)
        ::unlink(path.c_str());
}

void write_ready_fd(int fd, std::string_view text)
{
    unique_fd const owned(fd);
    if (!write_all(fd, text))
        throw start_error("ready-fd: descriptor " + std::to_string(fd) +
                          " cannot be written: " + last_error_text() +
                          "; pass one that is open for writing and whose reader is there");
}

} // namespace polyport
