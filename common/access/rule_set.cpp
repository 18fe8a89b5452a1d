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

/// What is known of one thing: which rule is the first for whoever is meant, which would have to be asked
/// about, and which holds because nothing is known.
struct standing {
    std::uint32_t sure = access_verdict::by_default;
    std::uint32_t ask = access_verdict::by_default;
    std::uint32_t unknown = access_verdict::by_default; ///< the first to deny
    std::uint32_t passed = access_verdict::by_default;  ///< the first that nothing is known for
};

void take_first(std::uint32_t& first, std::uint32_t rule) noexcept
{
    first = std::min(first, rule);
}

/// Adds the rules of one scope that ask for what is in the given state of knowledge.
void take_unknown(standing& of, knowledge state, std::uint32_t any, std::uint32_t deny) noexcept
{
    if (state == knowledge::not_asked) {
        take_first(of.ask, any);
    } else if (state == knowledge::unknown) {
        take_first(of.unknown, deny);
        take_first(of.passed, any);
    }
}

template <class Map, class Key>
std::uint32_t find_rule(Map const& map, Key const& key) noexcept
{
    if (map.empty())
        return access_verdict::by_default;
    auto const found = map.find(key);
    return found == map.end() ? access_verdict::by_default : found->second;
}

/// SO_PEERCRED has this for an id that it does not know.
constexpr auto no_id = static_cast<std::uint32_t>(-1);

} // namespace

/// Collects the rules of a scope, which come in their order.
struct service_rules::scope_builder {
    std::vector<range_map<std::uint32_t>::range> ipv4;
    std::vector<range_map<key6>::range> ipv6;
    scope made;

    void add(access_subject const& subject, std::uint32_t rule, bool allow)
    {
        add_to_kind(subject, rule, allow);
        made.about_users = made.about_users || is_about_users(subject);
        made.about_origins =
            made.about_origins || (!is_about_users(subject) && subject.what != subject_kind::everyone);
    }

    // Rules come in their order: the first for a subject stays.
    void add_to_kind(access_subject const& subject, std::uint32_t rule, bool allow)
    {
        switch (subject.what) {
        case subject_kind::everyone:
            return take_first(made.everyone, rule);
        case subject_kind::address:
            return add_range(subject.range, rule);
        case subject_kind::unix_peer:
            return take_first(made.unix_peers, rule);
        case subject_kind::unix_user:
            made.unix_users.emplace(subject.id, rule);
            return made.all_unix_users.add(rule, allow);
        case subject_kind::unix_group:
            made.unix_groups.emplace(subject.id, rule);
            return made.all_unix_groups.add(rule, allow);
        case subject_kind::name:
            made.names.emplace(subject.name, rule);
            return made.all_names.add(rule, allow);
        case subject_kind::user:
            if (subject.name == "*")
                take_first(made.every_user, rule);
            else
                made.users.emplace(subject.name, rule);
            return made.all_users.add(rule, allow);
        case subject_kind::group:
            made.groups.emplace(subject.name, rule);
            return made.all_users.add(rule, allow);
        }
    }

    void add_range(address_range const& range, std::uint32_t rule)
    {
        if (range.first.ipv6)
            ipv6.push_back({{range.first.high, range.first.low}, {range.last.high, range.last.low}, rule});
        else
            ipv4.push_back({static_cast<std::uint32_t>(range.first.low),
                            static_cast<std::uint32_t>(range.last.low), rule});
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

void service_rules::firsts::add(std::uint32_t rule, bool allow) noexcept
{
    take_first(any, rule);
    if (!allow)
        take_first(deny, rule);
}

std::uint32_t service_rules::scope::of_address(access_facts const& facts) const noexcept
{
    if (!facts.address)
        return no_rule;
    return facts.address->ipv6 ? ipv6.find({facts.address->high, facts.address->low})
                               : ipv4.find(static_cast<std::uint32_t>(facts.address->low));
}

std::uint32_t service_rules::scope::of_unix_peer(access_facts const& facts) const noexcept
{
    auto first = unix_peers;
    if (facts.peer) {
        take_first(first, find_rule(unix_users, facts.peer->uid));
        take_first(first, find_rule(unix_groups, facts.peer->gid));
    }
    return first;
}

// The name itself, and every part of it that begins with a dot.
std::uint32_t service_rules::scope::of_name(std::string_view name) const
{
    if (names.empty() || name.empty())
        return no_rule;
    auto first = find_rule(names, name);
    std::string dotted(1, '.');
    dotted += name;
    for (std::string_view part = dotted; !part.empty();
         part = part.substr(std::min(part.find('.', 1), part.size())))
        take_first(first, find_rule(names, part));
    return first;
}

std::uint32_t service_rules::scope::of_user(access_facts const& facts) const
{
    auto first = std::min(every_user, find_rule(users, facts.user));
    if (!groups.empty() && facts.groups)
        for (auto const& group : facts.groups->groups_of(facts.user))
            take_first(first, find_rule(groups, group));
    return first;
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
            into.add(subject, i, rule.allow);
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
    std::uint32_t sure = no_rule;
    standing id;
    standing name;
    standing user;
    auto const known_if = [](bool known) { return known ? knowledge::known : knowledge::unknown; };
    auto const uid = known_if(facts.peer && facts.peer->uid != no_id);
    auto const gid = known_if(facts.peer && facts.peer->gid != no_id);
    for (auto const* const one : scopes) {
        take_first(sure, one->everyone);
        if (which != part::users) {
            take_first(sure, one->of_address(facts));
            if (facts.over_unix) {
                take_first(sure, one->of_unix_peer(facts));
                take_unknown(id, uid, one->all_unix_users.any, one->all_unix_users.deny);
                take_unknown(id, gid, one->all_unix_groups.any, one->all_unix_groups.deny);
            } else if (facts.address) {
                take_unknown(name, facts.name_state, one->all_names.any, one->all_names.deny);
                if (facts.name_state == knowledge::known)
                    take_first(name.sure, one->of_name(facts.name));
            }
        }
        if (which != part::origins) {
            take_unknown(user, facts.user_state, one->all_users.any, one->all_users.deny);
            if (facts.user_state == knowledge::known)
                take_first(user.sure, one->of_user(facts));
        }
    }
    take_first(sure, std::min(name.sure, user.sure));
    auto const decides = std::min({sure, id.unknown, name.unknown, user.unknown});

    access_verdict made;
    if (name.ask < decides || user.ask < decides) {
        made.what = name.ask <= user.ask ? verdict::needs_name : verdict::needs_user;
        return made;
    }
    bool const allow = decides == no_rule ? default_allow_ : allows_[decides];
    made.what = allow ? verdict::allowed : verdict::denied;
    made.rule = decides;
    bool const for_want_of_user =
        user.unknown == decides && std::min({sure, id.unknown, name.unknown}) != decides;
    made.another_user_may = !allow && (user.passed < decides || for_want_of_user);
    return made;
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
