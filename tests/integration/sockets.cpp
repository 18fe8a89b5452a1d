// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace polyport::integration {
namespace {

struct raw_address {
    sockaddr_storage bytes{};
    socklen_t length = 0;
    sockaddr const* get() const { return reinterpret_cast<sockaddr const*>(&bytes); }
    int family() const { return bytes.ss_family; }
};

template <class Value>
Value checked_call(Value value, char const* what)
{
    if (value < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return value;
}

raw_address internet(std::string const& host, std::uint16_t port)
{
    raw_address result;
    auto& four = reinterpret_cast<sockaddr_in&>(result.bytes);
    auto& six = reinterpret_cast<sockaddr_in6&>(result.bytes);
    if (::inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        result.length = sizeof four;
    } else if (::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(port);
        result.length = sizeof six;
    } else {
        throw std::invalid_argument("not an address: " + host);
    }
    return result;
}

raw_address local(std::filesystem::path const& path)
{
    raw_address result;
    auto& name = reinterpret_cast<sockaddr_un&>(result.bytes);
    std::string text = path.string();
    if (text.size() >= sizeof name.sun_path)
        throw std::invalid_argument("too long for a socket path: " + text);
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, text.data(), text.size());
    result.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size() + 1);
    if (text.starts_with('@')) { // abstract: a leading NUL, and no NUL at the end
        name.sun_path[0] = '\0';
        --result.length;
    }
    return result;
}

unique_fd open_socket(int family, int type)
{
    unique_fd result(checked_call(::socket(family, type | SOCK_CLOEXEC, 0), "socket"));
    set_limit(result, patience);
    return result;
}

void bind_to(unique_fd const& socket, raw_address const& address)
{
    checked_call(::bind(socket.get(), address.get(), address.length), "bind");
}

unique_fd connect_to(int type, raw_address const& to, raw_address const* from)
{
    unique_fd socket = open_socket(to.family(), type);
    if (from) {
        // The port is chosen by connect(): bind() would want one that no connection of before, which lingers
        // in TIME_WAIT, has had; after thousands of them there is none.
        int const on = 1;
        if (to.family() != AF_UNIX)
            ::setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        bind_to(socket, *from);
    }
    checked_call(::connect(socket.get(), to.get(), to.length), "connect");
    return socket;
}

raw_address name_of(unique_fd const& socket)
{
    raw_address result;
    result.length = sizeof result.bytes;
    checked_call(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&result.bytes), &result.length),
                 "getsockname");
    return result;
}

} // namespace

unique_fd connect_tcp(std::uint16_t port, std::string const& host, std::string const& from)
{
    raw_address const own = internet(from.empty() ? host : from, 0);
    return connect_to(SOCK_STREAM, internet(host, port), from.empty() ? nullptr : &own);
}

unique_fd connect_udp(std::uint16_t port, std::string const& host)
{
    return connect_to(SOCK_DGRAM, internet(host, port), nullptr);
}

unique_fd connect_unix(std::filesystem::path const& path, std::filesystem::path const& own_path)
{
    raw_address const own = local(own_path);
    return connect_to(SOCK_STREAM, local(path), own_path.empty() ? nullptr : &own);
}

unique_fd connect_unix_datagram(std::filesystem::path const& path, std::filesystem::path const& own_path)
{
    raw_address const own = local(own_path);
    return connect_to(SOCK_DGRAM, local(path), own_path.empty() ? nullptr : &own);
}

unique_fd listen_tcp(std::uint16_t port, std::string const& host)
{
    raw_address const address = internet(host, port);
    unique_fd socket = open_socket(address.family(), SOCK_STREAM);
    bind_to(socket, address);
    checked_call(::listen(socket.get(), 16), "listen");
    return socket;
}

unique_fd bind_udp(std::uint16_t port, std::string const& host)
{
    raw_address const address = internet(host, port);
    unique_fd socket = open_socket(address.family(), SOCK_DGRAM);
    bind_to(socket, address);
    return socket;
}

unique_fd bind_unix(std::filesystem::path const& path, int type)
{
    unique_fd socket = open_socket(AF_UNIX, type);
    bind_to(socket, local(path));
    if (type == SOCK_STREAM)
        checked_call(::listen(socket.get(), 16), "listen");
    return socket;
}

std::uint16_t local_port(unique_fd const& socket)
{
    raw_address const name = name_of(socket);
    // The port stands at the same place in both kinds of address.
    return ntohs(reinterpret_cast<sockaddr_in const&>(name.bytes).sin_port);
}

std::string local_text(unique_fd const& socket)
{
    raw_address const name = name_of(socket);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (name.family() == AF_INET6) {
        ::inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6 const&>(name.bytes).sin6_addr, text.data(),
                    text.size());
        return "[" + std::string(text.data()) + "]:" + std::to_string(local_port(socket));
    }
    ::inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in const&>(name.bytes).sin_addr, text.data(),
                text.size());
    return std::string(text.data()) + ":" + std::to_string(local_port(socket));
}

void send_all(unique_fd const& socket, std::string_view bytes)
{
    while (!bytes.empty()) {
        ssize_t const count =
            checked_call(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), "send");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

void send_datagram(unique_fd const& socket, std::string_view bytes)
{
    checked_call(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), "send");
}

void send_datagram_to(unique_fd const& socket, std::filesystem::path const& path, std::string_view bytes)
{
    raw_address const to = local(path);
    checked_call(::sendto(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL, to.get(), to.length),
                 "sendto");
}

void send_datagram_from(unique_fd const& socket, std::string const& address, std::uint16_t port,
                        std::string_view bytes)
{
    raw_address to = internet("127.0.0.1", port);
    in_pktinfo info{}; // ip(7)
    info.ipi_spec_dst = reinterpret_cast<sockaddr_in const&>(internet(address, 0).bytes).sin_addr;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof info)> control{};
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_name = &to.bytes;
    message.msg_namelen = to.length;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
    checked_call(::sendmsg(socket.get(), &message, MSG_NOSIGNAL), "sendmsg");
}

void shut_sending(unique_fd const& socket)
{
    checked_call(::shutdown(socket.get(), SHUT_WR), "shutdown");
}

void reset_on_close(unique_fd const& socket)
{
    linger const none{1, 0};
    checked_call(::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none), "SO_LINGER");
}

void set_buffers(unique_fd const& socket, int receive, int send)
{
    checked_call(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive), "SO_RCVBUF");
    checked_call(::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &send, sizeof send), "SO_SNDBUF");
}

void set_limit(unique_fd const& socket, milliseconds limit)
{
    timeval const value{limit.count() / 1000, (limit.count() % 1000) * 1000};
    checked_call(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value), "SO_RCVTIMEO");
    checked_call(::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value), "SO_SNDTIMEO");
}

std::string receive_some(unique_fd const& socket, std::size_t most)
{
    std::string bytes(most, '\0');
    ssize_t count = -1;
    do { // SIGSTOP and SIGCONT end a receive that has a time limit
        count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    } while (count < 0 && errno == EINTR);
    checked_call(count, "recv");
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
}

std::string receive_exactly(unique_fd const& socket, std::size_t count)
{
    std::string bytes;
    while (bytes.size() < count) {
        std::string const more = receive_some(socket, std::min<std::size_t>(count - bytes.size(), 1 << 20));
        if (more.empty())
            throw std::runtime_error("the stream ended after " + std::to_string(bytes.size()) + " of " +
                                     std::to_string(count) + " bytes");
        bytes += more;
    }
    return bytes;
}

std::string receive_until(unique_fd const& socket, std::string_view end)
{
    // Byte by byte, so that nothing behind `end` is taken.
    std::string bytes;
    while (!bytes.ends_with(end)) {
        std::string const more = receive_some(socket, 1);
        if (more.empty())
            throw std::runtime_error("the stream ended before the expected text; it held: " + bytes);
        bytes += more;
    }
    return bytes;
}

std::string receive_to_end(unique_fd const& socket)
{
    std::string bytes;
    for (std::string more; !(more = receive_some(socket)).empty();)
        bytes += more;
    return bytes;
}

std::string receive_datagram(unique_fd const& socket)
{
    // Larger than any datagram, so that a truncated one cannot look whole.
    return receive_some(socket, 1 << 20);
}

std::string converse(unique_fd const& socket, std::string_view bytes)
{
    std::string answer;
    std::vector<char> buffer(1 << 18);
    bool sending = true;
    for (;;) {
        if (sending && bytes.empty()) {
            shut_sending(socket);
            sending = false;
        }
        pollfd watched{socket.get(), static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), 0};
        if (checked_call(::poll(&watched, 1, static_cast<int>(patience.count())), "poll") == 0)
            throw std::system_error(EAGAIN, std::generic_category(), "conversation");
        if (watched.revents & (POLLIN | POLLHUP | POLLERR)) {
            ssize_t const count = checked_call(::recv(socket.get(), buffer.data(), buffer.size(), 0), "recv");
            if (count == 0)
                return answer;
            answer.append(buffer.data(), static_cast<std::size_t>(count));
        }
        if (sending && (watched.revents & POLLOUT)) {
            ssize_t const count =
                ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count < 0 && errno != EAGAIN)
                throw std::system_error(errno, std::generic_category(), "send");
            bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        }
    }
}

std::string uppercased(std::string_view bytes)
{
    std::string result(bytes);
    for (char& byte : result)
        if (byte >= 'a' && byte <= 'z')
            byte = static_cast<char>(byte - 'a' + 'A');
    return result;
}

std::string noise(std::size_t count, std::uint64_t seed)
{
    std::string result(count + sizeof seed, '\0');
    for (std::size_t at = 0; at < count; at += sizeof seed) {
        // xorshift64 (Marsaglia 2003)
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        std::memcpy(result.data() + at, &seed, sizeof seed);
    }
    result.resize(count);
    return result;
}

std::string every_byte()
{
    std::string result;
    for (int value = 0; value < 256; ++value)
        result += static_cast<char>(value);
    return result;
}

temporary_directory::temporary_directory()
{
    std::string pattern = "/tmp/polyport-test-XXXXXX";
    if (!::mkdtemp(pattern.data()))
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    path_ = pattern;
}

temporary_directory::~temporary_directory()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void write_file(std::filesystem::path const& path, std::string_view content)
{
    std::ofstream file(path, std::ios::binary);
    file << content;
    if (!file.flush())
        throw std::runtime_error("cannot write " + path.string());
}

std::string read_file(std::filesystem::path const& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace polyport::integration
