// SPDX-License-Identifier: BSL-1.0
#include "common/name_lookup/resolv_conf.hpp"

#include <algorithm>
#include <cstddef>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace polyport {
namespace {

constexpr std::size_t most_servers = 3;

} // namespace

socket_address name_server(std::string const& text, std::uint16_t port)
{
    sockaddr_in v4{};
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        return socket_address::from(reinterpret_cast<sockaddr*>(&v4), sizeof v4);
    }
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        return socket_address::from(reinterpret_cast<sockaddr*>(&v6), sizeof v6);
    }
    return {};
}

std::vector<socket_address> servers_of(std::string_view resolv_conf)
{
    std::vector<socket_address> servers;
    while (!resolv_conf.empty() && servers.size() < most_servers) {
        auto const end = std::min(resolv_conf.find('\n'), resolv_conf.size());
        auto line = resolv_conf.substr(0, end);
        resolv_conf.remove_prefix(std::min(end + 1, resolv_conf.size()));
        constexpr std::string_view word = "nameserver";
        if (!line.starts_with(word) || line.size() == word.size() ||
            (line[word.size()] != ' ' && line[word.size()] != '\t'))
            continue;
        line.remove_prefix(std::min(line.find_first_not_of(" \t", word.size()), line.size()));
        std::string const text(line.substr(0, line.find_first_of(" \t\r#;%")));
        if (auto address = name_server(text, dns_port); address.is_ip())
            servers.push_back(std::move(address));
    }
    if (servers.empty())
        servers.push_back(name_server("127.0.0.1", dns_port));
    return servers;
}

} // namespace polyport
