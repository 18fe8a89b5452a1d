// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/unique_fd.hpp"
#include "tests/integration/process.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace polyport::integration {

/// Plain blocking client sockets. Each operation gives up after `patience`; failures throw std::system_error
/// with the errno of the call, EAGAIN standing for "too late".

/// `from` is an address of ours to come from, empty for any.
unique_fd connect_tcp(std::uint16_t port, std::string const& host = "127.0.0.1",
                      std::string const& from = {});
unique_fd connect_udp(std::uint16_t port, std::string const& host = "127.0.0.1");
/// `own_path` is the name that the client binds first; empty: none.
unique_fd connect_unix(std::filesystem::path const& path, std::filesystem::path const& own_path = {});
unique_fd connect_unix_datagram(std::filesystem::path const& path,
                                std::filesystem::path const& own_path = {});
unique_fd listen_tcp(std::uint16_t port = 0, std::string const& host = "127.0.0.1");
unique_fd bind_udp(std::uint16_t port = 0, std::string const& host = "127.0.0.1");
/// Listens there when `type` is SOCK_STREAM.
unique_fd bind_unix(std::filesystem::path const& path, int type);

std::uint16_t local_port(unique_fd const& socket);
/// "IP:PORT" of our own end, as the server's log should name us.
std::string local_text(unique_fd const& socket);

void send_all(unique_fd const& socket, std::string_view bytes);
void send_datagram(unique_fd const& socket, std::string_view bytes);
/// From a UNIX datagram socket that is not connected.
void send_datagram_to(unique_fd const& socket, std::filesystem::path const& path, std::string_view bytes);
/// From an IPv4 socket that is bound to no address to a port of 127.0.0.1, as if it had that address of ours.
void send_datagram_from(unique_fd const& socket, std::string const& address, std::uint16_t port,
                        std::string_view bytes);
void shut_sending(unique_fd const& socket);
/// Closing sends a reset instead of an orderly end.
void reset_on_close(unique_fd const& socket);
void set_buffers(unique_fd const& socket, int receive, int send);
void set_limit(unique_fd const& socket, milliseconds limit);

/// Some bytes; empty is the end of the stream.
std::string receive_some(unique_fd const& socket, std::size_t most = 65536);
std::string receive_exactly(unique_fd const& socket, std::size_t count);
std::string receive_until(unique_fd const& socket, std::string_view end);
std::string receive_to_end(unique_fd const& socket);
std::string receive_datagram(unique_fd const& socket);

/// Sends all of `bytes` while it takes what comes back, shuts its sending side, and returns all that came.
/// Sending everything first would wait for ever once both directions are full.
std::string converse(unique_fd const& socket, std::string_view bytes);

/// What the uppercase services answer to these bytes.
std::string uppercased(std::string_view bytes);
/// `count` bytes that look random and are the same in every run with the same seed.
std::string noise(std::size_t count, std::uint64_t seed = 1);
/// Every byte value once.
std::string every_byte();

/// A private directory, removed with all that is in it.
class temporary_directory {
public:
    temporary_directory();
    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;
    ~temporary_directory();

    std::filesystem::path const& path() const noexcept { return path_; }
    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

void write_file(std::filesystem::path const& path, std::string_view content);
std::string read_file(std::filesystem::path const& path);

} // namespace polyport::integration
