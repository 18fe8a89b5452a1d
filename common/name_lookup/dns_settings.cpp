// SPDX-License-Identifier: BSL-1.0
#include "common/name_lookup/dns_settings.hpp"

#include "common/endpoint_spec.hpp"
#include "common/options.hpp"
#include "common/quoted.hpp"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include <arpa/inet.h>

namespace polyport {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t dns_port = 53;
constexpr std::size_t most_servers = 3;

/// The empty address if it is none. A zone is left out.
socket_address address_of(std::string const& text, std::uint16_t port)
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

/// `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`
checked<socket_address> parse_server(std::string_view text)
{
    if (auto plain = address_of(std::string(text), dns_port); plain.is_ip())
        return plain;
    auto const colon = text.rfind(':');
    if (colon != std::string_view::npos) {
        auto host = text.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']'))
            host = host.substr(1, host.size() - 2);
        auto const port = parse_number<std::uint16_t>(text.substr(colon + 1), 1);
        if (auto made = address_of(std::string(host), port ? *port : std::uint16_t{0}); port && made.is_ip())
            return made;
    }
    return problem{quoted(text) + " is not the address of a name server: write 192.0.2.1, 192.0.2.1:53 or "
                                  "[2001:db8::1]:53"};
}

} // namespace

void declare(option_set& options, dns_settings& settings)
{
    options.group("Names",
                  "Domain names of clients are looked up if an access rule needs one: the name of the "
                  "address, confirmed by the addresses of the name. They are remembered.");
    options
        .add("dns-server", "ADDR", "ask this name server, in place of those of /etc/resolv.conf",
             bind_list(settings.servers, parse_server))
        .with_example("127.0.0.1:53");
    options.add("dns-timeout", "T", "time for a look-up; a name that is not found in it is not known",
                bind_duration(settings.timeout, 10ms, 60s));
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
        if (auto address = address_of(text, dns_port); address.is_ip())
            servers.push_back(std::move(address));
    }
    if (servers.empty())
        servers.push_back(address_of("127.0.0.1", dns_port));
    return servers;
}

} // namespace polyport
