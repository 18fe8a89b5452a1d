// SPDX-License-Identifier: BSL-1.0
#include "services/http/access_control.hpp"

#include "common/escape.hpp"
#include "common/name_lookup/name_lookup.hpp"
#include "services/http/authority.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace polyport::http {
namespace {

using knowledge = access_facts::knowledge;
using verdict = access_verdict::kind;

constexpr std::array<extra_field, 1> retry_soon{extra_field{"Retry-After", "1"}};

std::string host_of(exchange const& x)
{
    auto const named = parse_authority(x.head.authority());
    return named ? comparable_host(named->host) : std::string();
}

} // namespace

access_control::access_control(runtime& owner, gate& of, location_table const& places)
    : owner_(owner), gate_(of), rules_(of.rules()), needs_host_(of.rules().has_hosts()),
      logins_(std::make_unique<login_checker>(owner))
{
    for (auto const& place : places.all()) {
        auto& directory = users_[{place->users, place->groups}];
        if (!directory && !place->users.empty())
            directory =
                std::make_unique<user_directory>(owner.log(), users_.size(), place->users, place->groups);
    }
}

access_control::~access_control() = default;

user_directory* access_control::users_at(location const& place)
{
    if (place.users.empty())
        return nullptr;
    auto const found = users_.find({place.users, place.groups});
    auto* const users = found->second.get();
    users->refresh(coarse_now());
    return users;
}

void access_control::stop()
{
    logins_->stop();
}

bool access_control::within_rate(exchange& x)
{
    if (!x.place->requests)
        return true;
    auto const now = coarse_now();
    auto const address = ip_number_of(x.client.info().remote);
    if (!address || gate_.is_exempt(*address))
        return true;
    auto const wait = x.place->requests->take(source(*address).hash(), now);
    if (wait.count() == 0)
        return true;
    gate_.refuse(refusal::request_rate, x.client.info(), "http-request-rate");
    auto const seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
    std::array const fields{extra_field{"Retry-After", seconds}};
    x.respond_error(status::too_many_requests, {}, fields);
    return false;
}

access_facts access_control::facts_of(exchange const& x, user_directory const* users) const
{
    auto const& client = x.client.info();
    access_facts facts;
    facts.over_unix = client.kind == transport::unix_stream;
    if (facts.over_unix)
        facts.peer = client.peer;
    else
        facts.address = ip_number_of(client.remote);
    if (facts.address && rules_.asks_for_names())
        facts.name_state = knowledge::not_asked;
    facts.groups = users;
    if (users && x.user_known_by == users) {
        facts.user = x.user;
        facts.user_state = knowledge::known;
    } else if (users && x.head.has(known_field::authorization)) {
        facts.user_state = knowledge::not_asked;
    }
    return facts;
}

access_verdict access_control::decide(access_facts const& facts, exchange const& x,
                                      std::string_view path) const
{
    return rules_.at_request(facts, needs_host_ ? host_of(x) : std::string(), path, x.place->satisfy);
}

bool access_control::admits_now(exchange& x, std::string_view path)
{
    auto* const users = users_at(*x.place);
    auto facts = facts_of(x, users);
    auto made = decide(facts, x, path);
    if (made.what == verdict::needs_name) {
        auto const name = owner_.names().cached(*facts.address, coarse_now());
        if (!name)
            return false;
        facts.name = *name;
        facts.name_state = name->empty() ? knowledge::unknown : knowledge::known;
        made = decide(facts, x, path);
    }
    if (made.what != verdict::needs_user)
        return made.what == verdict::allowed;
    auto given = parse_basic(x.head.value(known_field::authorization));
    if (!given || logins_->known(*users, *given) != login_result::good)
        return false;
    x.user = std::move(given->user);
    x.user_known_by = users;
    facts.user = x.user;
    facts.user_state = knowledge::known;
    return decide(facts, x, path).what == verdict::allowed;
}

task<bool> access_control::admit(exchange& x, std::string path)
{
    auto* const users = users_at(*x.place);
    auto facts = facts_of(x, users);
    std::string name;
    for (;;) {
        auto const made = decide(facts, x, path);
        if (made.what == verdict::needs_name) {
            name = co_await owner_.names().find(*facts.address, x.client.cancellation_slot());
            facts.name = name;
            facts.name_state = name.empty() ? knowledge::unknown : knowledge::known;
        } else if (made.what == verdict::needs_user) {
            auto given = parse_basic(x.head.value(known_field::authorization));
            auto result = login_result::bad;
            std::string user;
            if (given) {
                user = given->user;
                login_origin origin;
                if (facts.address) {
                    origin.from.emplace(*facts.address);
                    origin.exempt = gate_.is_exempt(*facts.address);
                }
                result = co_await logins_->check(*users, *given, origin);
            }
            if (result == login_result::busy) {
                gate_.refuse(refusal::login_busy, x.client.info(), "user " + given->user);
                x.respond_error(status::service_unavailable, "too many passwords wait to be checked",
                                retry_soon);
                co_return false;
            }
            if (result == login_result::good) {
                x.user = std::move(user);
                x.user_known_by = users;
                facts.user = x.user;
                facts.user_state = knowledge::known;
            } else {
                gate_.refuse(refusal::login_failed, x.client.info(), "user " + user);
                facts.user_state = knowledge::unknown;
            }
        } else if (made.what == verdict::allowed) {
            co_return true;
        } else {
            refuse(x, made, users != nullptr);
            co_return false;
        }
    }
}

void access_control::refuse(exchange& x, access_verdict const& made, bool can_log_in)
{
    if (made.another_user_may && can_log_in) {
        if (!x.head.has(known_field::authorization)) // else it is counted as failed
            gate_.refuse(refusal::login_needed, x.client.info());
        auto const challenge = "Basic realm=\"" + x.place->realm + "\", charset=\"UTF-8\"";
        std::array const fields{extra_field{"WWW-Authenticate", challenge}};
        x.respond_error(status::unauthorized, {}, fields);
        return;
    }
    gate_.refuse(refusal::access_rule, x.client.info(), gate_.title_of(made));
    x.respond_error(status::forbidden);
}

} // namespace polyport::http
