// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/unique_fd.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace polyport::integration {

/// A name server on loopback, which says what a test has told it: over UDP, and over TCP what it has to cut.
class dns_server {
public:
    dns_server();
    dns_server(dns_server const&) = delete;
    dns_server& operator=(dns_server const&) = delete;
    ~dns_server();

    /// For --dns-server.
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

    /// 127.0.0.1 → 1.0.0.127.in-addr.arpa has these names, and ::1 its name below ip6.arpa.
    void name(std::string_view address, std::vector<std::string> const& names);
    /// A name has these addresses, of IPv4 or of IPv6.
    void addresses(std::string const& name, std::vector<std::string> const& addresses);
    /// Questions about this name are never answered.
    void keep_silent(std::string const& name);

    /// Questions that came, over UDP and TCP.
    int asked() const { return asked_; }
    int asked_over_tcp() const { return asked_over_tcp_; }

private:
    void serve();
    std::string answer(std::string_view query, bool may_cut);

    unique_fd udp_;
    unique_fd tcp_;
    unique_fd stop_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::map<std::string, std::vector<std::string>> records_; ///< data by name and type
    std::set<std::string> silent_;
    std::atomic<int> asked_{0};
    std::atomic<int> asked_over_tcp_{0};
    std::thread thread_;
};

} // namespace polyport::integration
