// SPDX-License-Identifier: BSL-1.0
#include "common/flow_table.hpp"

namespace polyport {

flow& flow_table::touch(service_instance const& service, transport kind, socket_address const& local,
                        socket_address const& remote, time_point now)
{
    // Datagrams come in runs from one peer: the first of the list is mostly the one.
    if (!flows_.empty() && flows_.front().service == &service && flows_.front().remote == remote &&
        flows_.front().local == local) {
        flows_.front().last_activity = now;
        return flows_.front();
    }
    key const addresses{&service, local, remote};
    if (auto const known = by_addresses_.find(addresses); known != by_addresses_.end()) {
        flows_.splice(flows_.begin(), flows_, known->second);
        flows_.front().last_activity = now;
        return flows_.front();
    }
    forget_silent(now);
    if (flows_.size() >= limit_) {
        forget_last();
        ++evicted_;
    }
    flow& made = flows_.emplace_front();
    by_addresses_.emplace(addresses, flows_.begin());
    made.id = ++last_id_;
    made.service = &service;
    made.kind = kind;
    made.local = local;
    made.remote = remote;
    made.started = made.last_activity = now;
    return made;
}

flow* flow_table::find(service_instance const& service, socket_address const& local,
                       socket_address const& remote) noexcept
{
    auto const known = by_addresses_.find({&service, local, remote});
    return known == by_addresses_.end() ? nullptr : &*known->second;
}

std::list<flow> const& flow_table::all(time_point now)
{
    forget_silent(now);
    return flows_;
}

void flow_table::forget_silent(time_point now)
{
    while (!flows_.empty() && flows_.back().last_activity + idle_after_ < now)
        forget_last();
}

void flow_table::forget_last()
{
    by_addresses_.erase({flows_.back().service, flows_.back().local, flows_.back().remote});
    flows_.pop_back();
}

} // namespace polyport
