// SPDX-License-Identifier: BSL-1.0
#include "common/gate.hpp"

#include "common/connection_events.hpp"
#include "common/event_hub.hpp"
#include "common/log.hpp"
#include "common/name_lookup/name_lookup.hpp"
#include "common/service.hpp"

#include <algorithm>
#include <stdexcept>

namespace polyport {
namespace {

access_facts facts_of(transport kind, socket_address const& remote, std::optional<ucred> const& peer)
{
    access_facts facts;
    facts.over_unix = kind == transport::unix_stream || kind == transport::unix_datagram;
    if (facts.over_unix)
        facts.peer = peer;
    else
        facts.address = ip_number_of(remote);
    return facts;
}

connection_limits& limits_of(gate::admitted& made)
{
    if (!made.limits)
        made.limits = std::make_unique<connection_limits>();
    return *made.limits;
}

} // namespace

bool is_in(std::vector<address_range> const& ranges, ip_number const& address) noexcept
{
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](address_range const& range) { return range.contains(address); });
}

gate::gate(shared_limits& shared, service_instance& service, logger& log, event_hub& events)
    : shared_(shared), service_(service), log_(log), events_(events),
      rules_(shared.settings.rules, service.name(), shared.settings.default_allow),
      requests_follow_(service.definition.has_paths), max_connections_([&] {
          auto const found = shared.settings.max_connections.find(service.name());
          return found == shared.settings.max_connections.end() ? 0 : found->second;
      }()),
      per_ip_(shared.settings.connections_per_ip.own_of(service.name())),
      per_ip_of_all_(service.definition.control ? 0 : shared.settings.connections_per_ip.all),
      counted_with_all_(!service.definition.control && shared.settings.connection_rate.all.limits()),
      byte_rate_(shared.settings.byte_rate.of(service.name())),
      open_to_datagrams_(rules_.allows_all() && !shared.settings.datagram_rate.of(service.name()).limits()),
      limits_sources_(per_ip_ != 0 || per_ip_of_all_ != 0 || counted_with_all_ ||
                      shared.settings.connection_rate.own_of(service.name()).limits()),
      connection_rate_(shared.settings.connection_rate.own_of(service.name())),
      datagram_rate_(shared.settings.datagram_rate.of(service.name()))
{
}

bool gate::has_room() const noexcept
{
    return max_connections_ == 0 || service_.stats.opened - service_.stats.closed < max_connections_;
}

std::string gate::title_of(access_verdict const& verdict) const
{
    if (verdict.rule == access_verdict::by_default)
        return shared_.settings.default_allow ? "access-default is allow" : "access-default is deny";
    auto const& rule = shared_.settings.rules[verdict.rule];
    return rule.origin + ": " + rule.text;
}

// A peer on loopback TCP has no more than a uid, and an address to tell it by.
void gate::refuse(refusal reason, connection const& by, std::string_view detail)
{
    refuse_to({by.remote, by.kind == transport::unix_stream ? by.peer : std::nullopt, by.id}, reason,
              coarse_now(), detail);
}

void gate::refuse_to(whom const& client, refusal reason, time_point now, std::string_view detail)
{
    service_.stats.refused.add(reason);
    if (events_.wanted()) {
        if (auto const held = refusals_told_.admit(now))
            publish_refused(
                events_, {service_.name(), client.remote, client.peer, client.id, to_string(reason), *held});
    }
    // That a password is asked for is how each log-in begins: nothing to warn of.
    auto const held = reason == refusal::login_needed ? std::nullopt : refusals_.admit(now);
    if (!held)
        return;
    auto const remote = client.remote.raw();
    if (client.peer)
        log_.warning("refused",
                     {{"service", service_.name()},
                      {"remote", remote},
                      {"uid", client.peer->uid},
                      {"gid", client.peer->gid},
                      {"pid", client.peer->pid},
                      {"reason", to_string(reason)},
                      {"detail", detail},
                      {"held-back", *held}},
                     client.id);
    else
        log_.warning("refused",
                     {{"service", service_.name()},
                      {"remote", remote},
                      {"reason", to_string(reason)},
                      {"detail", detail},
                      {"held-back", *held}},
                     client.id);
}

bool gate::within_limits(ip_number const& address, socket_address const& remote, time_point now,
                         admitted& made)
{
    source const from(address);
    auto const too_many = [&](std::uint32_t limit, source_counts const& counts) {
        return limit != 0 && counts.of(from) >= limit;
    };
    if (too_many(per_ip_, connections_) || too_many(per_ip_of_all_, shared_.connections)) {
        refuse(refusal::connections_per_ip, remote, now, "max-connections-per-ip");
        return false;
    }
    if (connection_rate_.take(from.hash(), now).count() > 0 ||
        (counted_with_all_ && shared_.connection_rate.take(from.hash(), now).count() > 0)) {
        refuse(refusal::connection_rate, remote, now, "connection-rate");
        return false;
    }
    if (per_ip_ != 0)
        limits_of(made).of_service = {connections_, from};
    if (per_ip_of_all_ != 0)
        limits_of(made).of_all = {shared_.connections, from};
    return true;
}

gate::admitted gate::admit(transport kind, socket_address const& remote, std::optional<ucred> const& peer,
                           time_point now)
{
    admitted made;
    if (!rules_.allows_all()) {
        auto facts = facts_of(kind, remote, peer);
        facts.name_state = access_facts::knowledge::not_asked;
        auto const verdict = rules_.at_connection(facts, requests_follow_);
        if (verdict.denied()) {
            refuse(refusal::access_rule, remote, now, title_of(verdict), peer);
            return made;
        }
        made.needs_name = verdict.what == access_verdict::kind::needs_name;
    }
    if (limits_sources_) {
        auto const address = ip_number_of(remote);
        if (address && !is_exempt(*address) && !within_limits(*address, remote, now, made))
            return made;
    }
    if (byte_rate_ != 0)
        limits_of(made).pace.rate = byte_rate_;
    made.yes = true;
    return made;
}

bool gate::may_stay(socket_address const& remote, std::string_view name)
{
    access_facts facts;
    facts.address = ip_number_of(remote);
    facts.name = name;
    facts.name_state = name.empty() ? access_facts::knowledge::unknown : access_facts::knowledge::known;
    auto const verdict = rules_.at_connection(facts, requests_follow_);
    if (verdict.denied())
        refuse(refusal::access_rule, remote, coarse_now(), title_of(verdict));
    return !verdict.denied();
}

bool gate::look_at_datagram(transport kind, socket_address const& sender, std::optional<ucred> const& peer,
                            name_lookup& names, time_point now)
{
    auto facts = facts_of(kind, sender, peer);
    if (facts.address && !is_exempt(*facts.address) &&
        datagram_rate_.take(source(*facts.address).hash(), now).count() > 0) {
        refuse(refusal::datagram_rate, sender, now, "datagram-rate");
        return false;
    }
    if (rules_.allows_all())
        return true;
    if (facts.address && rules_.asks_for_names()) {
        auto const known = names.cached(*facts.address, now);
        facts.name = known.value_or(std::string_view());
        facts.name_state = !known               ? access_facts::knowledge::not_asked
                           : facts.name.empty() ? access_facts::knowledge::unknown
                                                : access_facts::knowledge::known;
    }
    auto const verdict = rules_.at_connection(facts, false);
    if (verdict.what == access_verdict::kind::needs_name) {
        names.request(*facts.address);
        refuse(refusal::name_pending, sender, now, "its name is being looked up");
        return false;
    }
    if (verdict.denied())
        refuse(refusal::access_rule, sender, now, title_of(verdict), peer);
    return !verdict.denied();
}

gate& gates::named(std::string_view service)
{
    for (auto const& [of, made] : gates_)
        if (of->name() == service)
            return *made;
    throw std::logic_error("no gate for " + std::string(service));
}

gate& gates::of(service_instance& service)
{
    auto& made = gates_[&service];
    if (!made)
        made = std::make_unique<gate>(shared_, service, log_, events_);
    return *made;
}

} // namespace polyport
