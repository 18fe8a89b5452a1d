// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"
#include "common/socket_address.hpp"

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

namespace polyport {

struct service_instance;

/// What a datagram service itself keeps of a flow.
class flow_state {
public:
    virtual ~flow_state() = default;
};

/// What passed between a datagram service, at one address of its own, and one peer, as long as it is
/// remembered.
struct flow {
    std::uint64_t id = 0;
    service_instance const* service = nullptr;
    transport kind = transport::udp;
    socket_address local;
    socket_address remote;
    std::chrono::steady_clock::time_point started;
    std::chrono::steady_clock::time_point last_activity;
    std::uint64_t messages_received = 0;
    std::uint64_t messages_sent = 0; ///< without those that could not be sent
    std::uint64_t received = 0;      ///< bytes
    std::uint64_t sent = 0;          ///< bytes
    std::unique_ptr<flow_state> state;
};

/// The peers of all datagram services: at most `limit`, the least recently used leaves for a new one. Those
/// that have been silent for `idle_after` are forgotten when the next one comes or the table is looked at.
class flow_table {
public:
    using time_point = std::chrono::steady_clock::time_point;

    flow_table(std::size_t limit, std::chrono::milliseconds idle_after)
        : limit_(limit), idle_after_(idle_after)
    {
    }

    /// The flow between these addresses, new if need be (then `started` is `now`). The reference holds until
    /// the next call.
    flow& touch(service_instance const& service, transport kind, socket_address const& local,
                socket_address const& remote, time_point now);

    /// The same, if it is remembered. Null: it is not.
    flow* find(service_instance const& service, socket_address const& local,
               socket_address const& remote) noexcept;

    /// Most recently used first.
    std::list<flow> const& all(time_point now);

    /// Flows that had to leave for others before their time.
    std::uint64_t evicted() const noexcept { return evicted_; }
    std::uint64_t opened() const noexcept { return last_id_; }

private:
    struct key {
        service_instance const* service;
        socket_address local;
        socket_address remote;
        friend bool operator==(key const&, key const&) = default;
    };
    struct key_hash {
        std::size_t operator()(key const& k) const noexcept
        {
            return k.remote.hash() ^ std::rotl(k.local.hash(), 1) ^ std::hash<void const*>()(k.service);
        }
    };

    void forget_silent(time_point now);
    void forget_last();

    std::size_t const limit_;
    std::chrono::milliseconds const idle_after_;
    std::list<flow> flows_;
    std::unordered_map<key, std::list<flow>::iterator, key_hash> by_addresses_;
    std::uint64_t last_id_ = 0;
    std::uint64_t evicted_ = 0;
};

} // namespace polyport
