// SPDX-License-Identifier: BSL-1.0
#include "common/access/rule_set.hpp"

#include <algorithm>
#include <limits>

namespace polyport {
namespace {

using subject_kind = access_subject::kind;
using knowledge = access_facts::knowledge;
using verdict = access_verdict::kind;

bool is_about_users(access_subject const& subject) noexcept
{
    return subject.what == subject_kind::user || subject.what == subject_kind::group;
}

enum class match : std::uint8_t {
    no,
    yes,
    unless_asked, ///< not known: the rule holds if it denies
    ask_name,
    ask_user,
};

match match_unix(access_subject const& subject, access_facts const& facts) noexcept
{
    if (!facts.over_unix)
        return match::no;
    if (subject.what == subject_kind::unix_peer)
        return match::yes;
    if (!facts.peer)
        return match::unless_asked;
    auto const id = subject.what == subject_kind::unix_user ? facts.peer->uid : facts.peer->gid;
    return id == subject.id ? match::yes : match::no;
}

match match_name(access_subject const& subject, access_facts const& facts) noexcept
{
    if (!facts.address)
        return match::no;
    if (facts.name_state == knowledge::not_asked)
        return match::ask_name;
    if (facts.name_state == knowledge::unknown)
        return match::unless_asked;
    return matches_name(subject, facts.name) ? match::yes : match::no;
}

match match_user(access_subject const& subject, access_facts const& facts) noexcept
{
    if (facts.user_state == knowledge::not_asked)
        return match::ask_user;
    if (facts.user_state == knowledge::unknown)
        return match::unless_asked;
    bool const is_meant = subject.what == subject_kind::user
                              ? subject.name == "*" || subject.name == facts.user
                              : facts.groups && facts.groups->is_member(facts.user, subject.name);
    return is_meant ? match::yes : match::no;
}

match match_other(access_subject const& subject, access_facts const& facts) noexcept
{
    switch (subject.what) {
    case subject_kind::everyone:
        return match::yes;
    case subject_kind::address: // in the ranges
        return match::no;
    case subject_kind::unix_peer:
    case subject_kind::unix_user:
    case subject_kind::unix_group:
        return match_unix(subject, facts);
    case subject_kind::name:
        return match_name(subject, facts);
    case subject_kind::user:
    case subject_kind::group:
        return match_user(subject, facts);
    }
    return match::no;
}

} // namespace

/// Collects the rules of a scope, which come in their order.
struct service_rules::scope_builder {
    std::vector<range_map<std::uint32_t>::range> ipv4;
    std::vector<range_map<key6>::range> ipv6;
    scope made;

    void add(access_subject const& subject, std::uint32_t rule)
    {
        if (subject.what != subject_kind::address)
            made.others.push_back({rule, subject});
        else if (subject.range.first.ipv6)
            ipv6.push_back({{subject.range.first.high, subject.range.first.low},
                            {subject.range.last.high, subject.range.last.low},
                            rule});
        else
            ipv4.push_back({static_cast<std::uint32_t>(subject.range.first.low),
                            static_cast<std::uint32_t>(subject.range.last.low), rule});
        made.about_users = made.about_users || is_about_users(subject);
        made.about_origins =
            made.about_origins || (!is_about_users(subject) && subject.what != subject_kind::everyone);
    }

    scope finish()
    {
        constexpr auto last4 = std::numeric_limits<std::uint32_t>::max();
        constexpr auto last8 = std::numeric_limits<std::uint64_t>::max();
        made.ipv4 =
            range_map<std::uint32_t>(std::move(ipv4), [](std::uint32_t key) { return key + 1; }, last4);
        made.ipv6 = range_map<key6>(
            std::move(ipv6),
            [](key6 const& key) { return key6{key.first + (key.second == last8 ? 1 : 0), key.second + 1}; },
            key6{last8, last8});
        return std::move(made);
    }
};

std::uint32_t service_rules::scope::first_address_rule(access_facts const& facts) const noexcept
{
    if (!facts.address)
        return access_verdict::by_default;
    return facts.address->ipv6 ? ipv6.find({facts.address->high, facts.address->low})
                               : ipv4.find(static_cast<std::uint32_t>(facts.address->low));
}

service_rules::service_rules(std::span<access_rule const> rules, std::string_view service, bool default_allow)
    : default_allow_(default_allow)
{
    scope_builder whole;
    std::map<url_prefix, scope_builder> places;
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
        auto const& rule = rules[i];
        allows_.push_back(rule.allow);
        if (!rule.service.empty() && rule.service != service)
            continue;
        any_ = true;
        if (rule.place && rule.allow)
            first_place_to_allow_ = std::min(first_place_to_allow_, i);
        auto& into = rule.place ? places[*rule.place] : whole;
        for (auto const& subject : rule.subjects) {
            into.add(subject, i);
            asks_for_names_ = asks_for_names_ || subject.what == subject_kind::name;
            asks_for_users_ = asks_for_users_ || is_about_users(subject);
            asks_for_unix_ids_ = asks_for_unix_ids_ || subject.what == subject_kind::unix_user ||
                                 subject.what == subject_kind::unix_group;
        }
    }
    whole_ = whole.finish();
    any_place_ = !places.empty();
    for (auto& [place, builder] : places) {
        auto& tree = place.host.empty() ? places_ : hosts_[place.host];
        tree.scopes.emplace(place.path, builder.finish());
        tree.longest = std::max(tree.longest, place.path.size());
    }
}

access_verdict service_rules::first_match(access_facts const& facts, std::span<scope const* const> scopes,
                                          part which) const
{
    std::uint32_t by_address = access_verdict::by_default;
    std::array<std::uint32_t, std::tuple_size_v<decltype(scope_list::which)>> next{};
    if (which != part::users)
        for (auto const* const one : scopes)
            by_address = std::min(by_address, one->first_address_rule(facts));

    access_verdict made;
    auto const decide = [&](std::uint32_t rule, bool allow) {
        made.what = allow ? verdict::allowed : verdict::denied;
        made.rule = rule;
        made.another_user_may = made.another_user_may && !allow;
        return made;
    };
    for (;;) {
        other const* candidate = nullptr;
        std::size_t from = 0;
        for (std::size_t i = 0; i < scopes.size(); ++i) {
            if (next[i] == scopes[i]->others.size())
                continue;
            auto const& one = scopes[i]->others[next[i]];
            if (!candidate || one.rule < candidate->rule) {
                candidate = &one;
                from = i;
            }
        }
        if (!candidate || candidate->rule > by_address)
            break;
        ++next[from];
        bool const about_users = is_about_users(candidate->subject);
        bool const everyone = candidate->subject.what == subject_kind::everyone;
        if ((which == part::origins && about_users) || (which == part::users && !about_users && !everyone))
            continue;
        bool const allow = allows_[candidate->rule];
        switch (match_other(candidate->subject, facts)) {
        case match::no:
            break;
        case match::ask_name:
            made.what = verdict::needs_name;
            return made;
        case match::ask_user:
            made.what = verdict::needs_user;
            return made;
        case match::unless_asked:
            made.another_user_may = made.another_user_may || about_users;
            if (!allow)
                return decide(candidate->rule, false);
            break;
        case match::yes:
            return decide(candidate->rule, allow);
        }
    }
    if (by_address != access_verdict::by_default)
        return decide(by_address, allows_[by_address]);
    return decide(access_verdict::by_default, default_allow_);
}

access_verdict service_rules::at_connection(access_facts const& facts, bool requests_follow) const
{
    std::array<scope const*, 1> const scopes{&whole_};
    if (!requests_follow)
        return first_match(facts, scopes, part::everything);
    // What would have to be asked for may turn out in favour of the client: the request will tell.
    auto most_favourable = facts;
    most_favourable.name_state = knowledge::not_asked;
    most_favourable.user_state = knowledge::not_asked;
    auto const now = first_match(most_favourable, scopes, part::everything);
    if (!now.denied() || first_place_to_allow_ < now.rule)
        return {};
    return now;
}

void service_rules::collect(place_tree const& from, std::string_view path, scope_list& into) noexcept
{
    if (from.scopes.empty())
        return;
    if (path.ends_with('/'))
        path.remove_suffix(1);
    for (;;) {
        if (path.size() <= from.longest)
            if (auto const found = from.scopes.find(path); found != from.scopes.end())
                into.add(&found->second);
        if (path.empty())
            return;
        path = path.substr(0, path.rfind('/'));
    }
}

access_verdict service_rules::at_request(access_facts const& facts, std::string_view host,
                                         std::string_view path, satisfy_mode satisfy) const
{
    scope_list scopes;
    scopes.add(&whole_);
    collect(places_, path, scopes);
    if (auto const own = hosts_.find(host); own != hosts_.end())
        collect(own->second, path, scopes);
    auto const all = scopes.view();
    if (satisfy == satisfy_mode::all &&
        std::any_of(all.begin(), all.end(), [](scope const* s) { return s->about_origins; }) &&
        std::any_of(all.begin(), all.end(), [](scope const* s) { return s->about_users; })) {
        auto const origin = first_match(facts, all, part::origins);
        return origin.what == verdict::allowed ? first_match(facts, all, part::users) : origin;
    }
    return first_match(facts, all, part::everything);
}

} // namespace polyport
