// SPDX-License-Identifier: BSL-1.0
#include "common/access/rule_index.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

namespace polyport {
namespace {

using kind = access_subject::kind;

unsigned free_bits(address_range const& range) noexcept
{
    return static_cast<unsigned>(std::popcount(range.first.high ^ range.last.high) +
                                 std::popcount(range.first.low ^ range.last.low));
}

unsigned width_of(ip_number const& address) noexcept
{
    return address.ipv6 ? 128 : 32;
}

/// Different for different subjects.
std::string name_of(access_subject const& subject)
{
    std::string made(1, static_cast<char>('a' + static_cast<int>(subject.what)));
    if (subject.what == kind::address)
        return made + to_string(subject.range);
    if (subject.what == kind::unix_user || subject.what == kind::unix_group)
        return made + std::to_string(subject.id);
    return made + subject.name;
}

std::string name_of(kind what, std::string_view name = {})
{
    return name_of(access_subject{what, {}, 0, std::string(name)});
}

/// `//host/a/b`, `//host/a`, `//host`, `/a/b`, `/a` and the empty one of all paths.
template <class See>
void for_prefixes_above(url_prefix const& place, See see)
{
    for (bool const with_host : {true, false}) {
        if (with_host && place.host.empty())
            continue;
        url_prefix above{with_host ? place.host : std::string(), place.path};
        for (;;) {
            see(to_string(above));
            if (above.path.empty())
                break;
            above.path.resize(above.path.rfind('/'));
        }
    }
}

} // namespace

bool covers_place(access_rule const& whole, access_rule const& part)
{
    if (!whole.service.empty() && whole.service != part.service)
        return false;
    return !whole.place || (part.place && covers(*whole.place, *part.place));
}

bool may_share_a_place(access_rule const& a, access_rule const& b)
{
    if (!a.service.empty() && !b.service.empty() && a.service != b.service)
        return false;
    if (!a.place || !b.place)
        return true;
    if (!a.place->host.empty() && !b.place->host.empty() && a.place->host != b.place->host)
        return false;
    return is_below(a.place->path, b.place->path) || is_below(b.place->path, a.place->path);
}

rule_index::rule_index(std::span<single_rule const> all)
{
    for (auto const& one : all) {
        auto const& rule = *one.rule;
        auto const place =
            places_.try_emplace({rule.service, rule.place ? to_string(*rule.place) : std::string()},
                                static_cast<id>(places_.size()));
        auto const subject = subjects_.try_emplace(name_of(*one.subject), static_cast<id>(subjects_.size()));
        groups_[key(place.first->second, subject.first->second)].push_back(&one);
        if (one.subject->what == kind::address) {
            auto const& range = one.subject->range;
            widths_[range.first.ipv6 ? 1 : 0].insert(width_of(range.first) - free_bits(range));
            by_address_.push_back(&one);
        }
    }
    std::stable_sort(by_address_.begin(), by_address_.end(), [](single_rule const* a, single_rule const* b) {
        auto const& x = a->subject->range;
        auto const& y = b->subject->range;
        return x.first != y.first ? x.first < y.first : y.last < x.last;
    });
}

std::vector<rule_index::id> rule_index::places_above(access_rule const& rule) const
{
    std::vector<id> found;
    auto const look_for = [&](std::string const& service, std::string const& prefix) {
        if (auto const known = places_.find({service, prefix}); known != places_.end())
            found.push_back(known->second);
    };
    look_for({}, {});
    if (!rule.service.empty())
        look_for(rule.service, {});
    if (rule.place)
        for_prefixes_above(*rule.place, [&](std::string const& prefix) { look_for(rule.service, prefix); });
    return found;
}

std::vector<rule_index::id> rule_index::subjects_above(access_subject const& subject) const
{
    std::vector<id> found;
    auto const look_for = [&](std::string const& name) {
        if (auto const known = subjects_.find(name); known != subjects_.end())
            found.push_back(known->second);
    };
    look_for(name_of(kind::everyone));
    switch (subject.what) {
    case kind::everyone:
        break;
    case kind::address:
        for (auto const width : widths_[subject.range.first.ipv6 ? 1 : 0])
            if (auto const above = range_of(subject.range.first, width); above.contains(subject.range))
                look_for(name_of(access_subject{kind::address, above}));
        break;
    case kind::unix_peer:
        look_for(name_of(subject));
        break;
    case kind::unix_user:
    case kind::unix_group:
        look_for(name_of(kind::unix_peer));
        look_for(name_of(subject));
        break;
    case kind::name: {
        look_for(name_of(subject));
        std::string_view rest = subject.name;
        if (!rest.starts_with('.'))
            look_for(name_of(kind::name, "." + subject.name));
        for (auto dot = rest.find('.', 1); dot != std::string_view::npos; dot = rest.find('.', 1)) {
            rest = rest.substr(dot);
            look_for(name_of(kind::name, rest));
        }
        break;
    }
    case kind::user:
        look_for(name_of(kind::user, "*"));
        if (subject.name != "*")
            look_for(name_of(subject));
        break;
    case kind::group:
        look_for(name_of(kind::user, "*"));
        look_for(name_of(subject));
        break;
    }
    return found;
}

std::span<single_rule const* const> rule_index::inside(address_range const& range) const
{
    auto const begin = std::lower_bound(by_address_.begin(), by_address_.end(), range,
                                        [](single_rule const* one, address_range const& wanted) {
                                            auto const& other = one->subject->range;
                                            return other.first != wanted.first ? other.first < wanted.first
                                                                               : wanted.last < other.last;
                                        });
    auto const end = std::upper_bound(
        begin, by_address_.end(), range.last,
        [](ip_number const& last, single_rule const* one) { return last < one->subject->range.first; });
    return {begin, end};
}

} // namespace polyport
