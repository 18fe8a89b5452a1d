// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/dns_server.hpp"

#include "tests/dns_bytes.hpp"
#include "tests/integration/sockets.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace polyport::integration {
namespace {

using test::dns_labels;
using test::dns_number;

constexpr std::size_t udp_room = 1232;

std::string key(std::string_view name, int type)
{
    return std::string(name) + '/' + std::to_string(type);
}

std::string reverse_name(std::string const& address)
{
    std::array<unsigned char, 16> bytes{};
    std::string made;
    if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) {
        for (std::size_t i = 4; i-- > 0;)
            made += std::to_string(bytes[i]) + '.';
        return made + "in-addr.arpa";
    }
    ::inet_pton(AF_INET6, address.c_str(), bytes.data());
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = bytes.size(); i-- > 0;)
        made.append({digits[bytes[i] & 0xFU], '.', digits[bytes[i] >> 4U], '.'});
    return made + "ip6.arpa";
}

} // namespace

dns_server::dns_server() : stop_(::eventfd(0, EFD_CLOEXEC))
{
    // The port that the kernel chooses for one may be taken for the other.
    for (int attempt = 0; !tcp_; ++attempt) {
        try {
            udp_ = bind_udp();
            port_ = local_port(udp_);
            tcp_ = listen_tcp(port_);
        } catch (std::system_error const& error) {
            if (error.code() != std::errc::address_in_use || attempt == 20)
                throw;
        }
    }
    thread_ = std::thread([this] { serve(); });
}

dns_server::~dns_server()
{
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
}

void dns_server::name(std::string_view address, std::vector<std::string> const& names)
{
    auto const reverse = reverse_name(std::string(address));
    std::scoped_lock const lock(mutex_);
    auto& records = records_[key(reverse, 12)];
    records.clear();
    for (auto const& one : names)
        records.push_back(dns_labels(one));
}

void dns_server::addresses(std::string const& name, std::vector<std::string> const& addresses)
{
    std::scoped_lock const lock(mutex_);
    for (auto const& text : addresses) {
        std::array<char, 16> bytes{};
        if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
            records_[key(name, 1)].emplace_back(bytes.data(), 4);
        else if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1)
            records_[key(name, 28)].emplace_back(bytes.data(), 16);
    }
}

void dns_server::keep_silent(std::string const& name)
{
    std::scoped_lock const lock(mutex_);
    silent_.insert(name);
}

// Empty: no answer.
std::string dns_server::answer(std::string_view query, bool may_cut)
{
    if (query.size() < 17)
        return {};
    std::string name;
    std::size_t at = 12;
    while (at < query.size() && query[at] != '\0') {
        auto const length = static_cast<std::size_t>(query[at]);
        name += (name.empty() ? "" : ".") + std::string(query.substr(at + 1, length));
        at += length + 1;
    }
    auto const type = query.size() > at + 2 ? static_cast<unsigned char>(query[at + 2]) : 0;
    std::scoped_lock const lock(mutex_);
    if (silent_.contains(name))
        return {};
    auto const found = records_.find(key(name, type));
    auto const count = found == records_.end() ? 0 : found->second.size();
    auto const question = std::string(query.substr(12, at + 5 - 12));
    std::string body;
    for (std::size_t i = 0; i < count; ++i)
        body += "\xC0\x0C" + dns_number(type) + dns_number(1) + dns_number(0) + dns_number(60) +
                dns_number(found->second[i].size()) + found->second[i];
    bool const cut = may_cut && 12 + question.size() + body.size() > udp_room;
    return std::string(query.substr(0, 2)) +
           dns_number(cut          ? 0x8380
                      : count == 0 ? 0x8183
                                   : 0x8180) +
           dns_number(1) + dns_number(cut ? 0 : count) + dns_number(0) + dns_number(0) + question +
           (cut ? "" : body);
}

void dns_server::serve()
{
    std::array<pollfd, 3> waiting{pollfd{udp_.get(), POLLIN, 0}, pollfd{tcp_.get(), POLLIN, 0},
                                  pollfd{stop_.get(), POLLIN, 0}};
    for (;;) {
        ::poll(waiting.data(), waiting.size(), -1);
        if ((waiting[2].revents & POLLIN) != 0)
            return;
        std::array<char, 4096> memory;
        if ((waiting[0].revents & POLLIN) != 0) {
            sockaddr_storage from{};
            socklen_t length = sizeof from;
            auto const size = ::recvfrom(udp_.get(), memory.data(), memory.size(), 0,
                                         reinterpret_cast<sockaddr*>(&from), &length);
            ++asked_;
            if (auto const reply =
                    answer({memory.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))}, true);
                !reply.empty())
                ::sendto(udp_.get(), reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from),
                         length);
        }
        if ((waiting[1].revents & POLLIN) != 0) {
            unique_fd const client(::accept(tcp_.get(), nullptr, nullptr));
            auto const size = ::recv(client.get(), memory.data(), memory.size(), 0);
            ++asked_;
            ++asked_over_tcp_;
            if (size > 2) {
                auto const reply = answer({memory.data() + 2, static_cast<std::size_t>(size) - 2}, false);
                auto const framed = dns_number(reply.size()) + reply;
                ::send(client.get(), framed.data(), framed.size(), MSG_NOSIGNAL);
            }
        }
    }
}

} // namespace polyport::integration
