// SPDX-License-Identifier: BSL-1.0
#include "common/name_lookup/name_lookup.hpp"

#include "common/name_lookup/resolv_conf.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <fstream>
#include <iterator>
#include <utility>

namespace polyport {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds shortest{10};
constexpr std::chrono::seconds longest{3600};
constexpr std::chrono::seconds unknown_for{30};

std::vector<socket_address> servers_from(dns_settings const& settings)
{
    if (!settings.servers.empty())
        return settings.servers;
    std::ifstream file("/etc/resolv.conf", std::ios::binary);
    return servers_of(std::string(std::istreambuf_iterator<char>(file), {}));
}

} // namespace

name_lookup::name_lookup(boost::asio::io_context& loop, dns_settings const& settings, clock const& time)
    : loop_(loop), time_(time), client_(loop, servers_from(settings)), timeout_(settings.timeout)
{
}

std::optional<std::string_view> name_lookup::cached(ip_number const& address, time_point now)
{
    auto const found = known_.find(address);
    if (found == known_.end())
        return std::nullopt;
    if (found->second->until <= now) {
        newest_first_.erase(found->second);
        known_.erase(found);
        return std::nullopt;
    }
    return found->second->name;
}

void name_lookup::remember(ip_number const& address, std::string name, std::chrono::seconds lifetime)
{
    auto const keep = name.empty() ? unknown_for : std::clamp(lifetime, shortest, longest);
    if (auto const old = known_.find(address); old != known_.end()) {
        newest_first_.erase(old->second);
        known_.erase(old);
    }
    if (known_.size() >= most_remembered) {
        known_.erase(newest_first_.back().address);
        newest_first_.pop_back();
    }
    newest_first_.push_front({address, std::move(name), time_.now() + keep});
    known_.emplace(address, newest_first_.begin());
}

void name_lookup::request(ip_number const& address)
{
    if (under_way_.contains(address) || under_way_.size() >= most_under_way)
        return;
    under_way_.emplace(address, std::make_shared<waiting>(loop_));
    ++asked_;
    boost::asio::co_spawn(loop_, look_up(address), [this, address](std::exception_ptr const& failure) {
        if (failure) // memory or descriptors ran out: not known
            remember(address, {}, unknown_for);
        auto const ended = under_way_.extract(address);
        ended.mapped()->done.cancel();
    });
}

task<> name_lookup::look_up(ip_number address)
{
    auto const until = std::chrono::steady_clock::now() + timeout_;
    auto const question = reverse_question(address);
    auto const reverse = co_await client_.ask(question, until);
    auto const tried = std::min(reverse.names.size(), most_names);
    for (std::size_t i = 0; i < tried; ++i) {
        dns_question forward;
        forward.name = reverse.names[i];
        forward.type = address.ipv6 ? dns_type::aaaa : dns_type::a;
        auto const confirmed = co_await client_.ask(forward, until);
        if (std::find(confirmed.addresses.begin(), confirmed.addresses.end(), address) !=
            confirmed.addresses.end()) {
            remember(address, reverse.names[i], std::min(reverse.lifetime, confirmed.lifetime));
            co_return;
        }
    }
    remember(address, {}, unknown_for);
}

task<std::string> name_lookup::find(ip_number address, boost::asio::cancellation_slot slot)
{
    auto known = cached(address, time_.now());
    if (!known) {
        request(address);
        if (auto const pending = under_way_.find(address); pending != under_way_.end()) {
            auto const shared = pending->second;
            auto token = boost::asio::bind_cancellation_slot(slot, as_tuple_awaitable);
            co_await shared->done.async_wait(std::move(token));
            known = cached(address, time_.now());
        }
    }
    co_return std::string(known.value_or(std::string_view()));
}

} // namespace polyport
