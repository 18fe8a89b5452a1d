// SPDX-License-Identifier: BSL-1.0
#include "common/access/rule_check.hpp"

#include "common/access/rule_index.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace polyport {
namespace {

using kind = access_subject::kind;
using pointer = single_rule const*;

constexpr std::size_t most_steps = 20'000'000; // of the searches that look at many rules for each

bool may_share_somebody(access_subject const& a, access_subject const& b)
{
    if (a.what == kind::address && b.what == kind::address)
        return a.range.contains(b.range) || b.range.contains(a.range);
    return true; // a name, a user or everyone may be at any address
}

std::string title(access_rule const& rule)
{
    return rule.origin + ": '" + rule.text + "'";
}

std::string action_for(access_rule const& rule, std::string const& action)
{
    return "'" + action + " " + (rule.service.empty() ? "all" : rule.service) +
           (rule.place ? " " + to_string(*rule.place) : "") + " all'";
}

std::optional<ip_number> next_of(ip_number address)
{
    constexpr auto last = std::numeric_limits<std::uint64_t>::max();
    bool const is_last = address.ipv6 ? address.high == last && address.low == last
                                      : address.low == std::numeric_limits<std::uint32_t>::max();
    if (is_last)
        return std::nullopt;
    ++address.low;
    address.high += address.ipv6 && address.low == 0 ? 1 : 0;
    return address;
}

/// All addresses of a family.
address_range all_of(bool ipv6) noexcept
{
    return range_of({ipv6, 0, 0}, 0);
}

class checker {
public:
    checker(std::span<access_rule const> rules, bool default_allow)
        : rules_(rules), default_allow_(default_allow), singles_(singles_of(rules)), index_(singles_)
    {
        for (std::size_t i = 0; i < rules.size(); ++i)
            by_action_[rules[i].allow ? 1 : 0].push_back(i);
    }

    std::vector<std::string> run(std::size_t most)
    {
        for (auto const& one : singles_) {
            bool const told = look_at(one);
            if (!told && one.subject == &one.rule->subjects.front())
                look_for_effect(one);
        }
        if (found_.size() > most) {
            auto const rest = found_.size() - most;
            found_.resize(most);
            found_.push_back("and " + std::to_string(rest) + " more warnings about access rules");
        }
        if (steps_ > most_steps)
            found_.emplace_back("there are too many access rules to compare them all: some may be without "
                                "effect that no warning names");
        return std::move(found_);
    }

private:
    static std::vector<single_rule> singles_of(std::span<access_rule const> rules)
    {
        std::vector<single_rule> made;
        for (std::size_t i = 0; i < rules.size(); ++i)
            for (auto const& subject : rules[i].subjects)
                made.push_back({&rules[i], &subject, i});
        return made;
    }

    bool may_go_on() { return ++steps_ <= most_steps; }

    /// Whether there was something to tell.
    bool look_at(single_rule const& one)
    {
        auto const told = found_.size();
        pointer before = nullptr; // the first that decides before it
        pointer within = nullptr; // of the same rule
        pointer behind = nullptr; // the first that would decide the same
        auto const first = [](pointer& known, pointer other) {
            known = !known || other->number < known->number ? other : known;
        };
        index_.for_covering(one, [&](rule_index::group const& group) {
            if (group.front()->number < one.number)
                first(before, group.front());
            // What is equal counts as the later one's.
            for (auto at = place_of(group, one.number); at != group.end() && (*at)->number == one.number;
                 ++at)
                if (*at != &one && (*(*at)->subject != *one.subject || *at < &one))
                    first(within, *at);
            for (auto at = place_of(group, one.number + 1); at != group.end() && may_go_on(); ++at) {
                if ((*at)->rule->allow == one.rule->allow) {
                    first(behind, *at);
                    break;
                }
            }
        });
        auto const whom = one.rule->subjects.size() > 1
                              ? " as far as " + to_string(*one.subject) + " is concerned"
                              : std::string();
        if (before)
            found_.push_back(title(*one.rule) + " is never reached" + whom + ": " + title(*before->rule) +
                             " decides before it; put it first, or remove it");
        else if (within)
            found_.push_back(title(*one.rule) + " names " + to_string(*one.subject) +
                             " twice: " + to_string(*within->subject) + " has it; remove it");
        else if (behind && is_free_between(one, *behind))
            found_.push_back(title(*one.rule) + " changes nothing" + whom + ": " + title(*behind->rule) +
                             " decides the same; remove one of them");
        else
            look_at_addresses(one, whom);
        return found_.size() > told;
    }

    static rule_index::group::const_iterator place_of(rule_index::group const& group, std::size_t number)
    {
        return std::lower_bound(group.begin(), group.end(), number,
                                [](pointer one, std::size_t wanted) { return one->number < wanted; });
    }

    // Nothing between the two that would decide otherwise for some of the same.
    bool is_free_between(single_rule const& from, single_rule const& to)
    {
        auto const& others = by_action_[from.rule->allow ? 0 : 1];
        for (auto at = std::upper_bound(others.begin(), others.end(), from.number);
             at != others.end() && *at < to.number; ++at) {
            auto const& other = rules_[*at];
            if (!may_go_on())
                return false;
            if (may_share_a_place(other, *from.rule) &&
                std::any_of(other.subjects.begin(), other.subjects.end(), [&](access_subject const& subject) {
                    return may_share_somebody(subject, *from.subject);
                }))
                return false;
        }
        return true;
    }

    void look_at_addresses(single_rule const& one, std::string const& whom)
    {
        std::vector<pointer> used;
        bool const is_name = one.subject->what == kind::name; // of a client that has an address
        if (one.subject->what == kind::address
                ? is_covered(one, one.subject->range, used)
                : is_name && is_covered(one, all_of(false), used) && is_covered(one, all_of(true), used)) {
            auto text = title(*one.rule) + " is never reached" + whom + ": " + title(*used.front()->rule);
            if (used.size() > 2)
                text += ", and " + std::to_string(used.size() - 1) + " more together with it,";
            else if (used.size() == 2)
                text += " and " + title(*used.back()->rule);
            found_.push_back(text + (used.size() > 1 ? " decide before it" : " decides before it") +
                             "; put it first, or remove it");
        } else if (one.subject->what == kind::address) {
            look_for_crossing(one);
        }
    }

    // Whether rules before it have all addresses of a range between them.
    bool is_covered(single_rule const& one, address_range const& range, std::vector<pointer>& used)
    {
        std::optional<ip_number> next = range.first;
        for (auto const* other : index_.inside(range)) {
            if (!may_go_on() || !next || *next < other->subject->range.first)
                break;
            if (other->number >= one.number || other->subject->range.last < *next ||
                !covers_place(*other->rule, *one.rule))
                continue;
            used.push_back(other);
            next =
                range.last == other->subject->range.last ? std::nullopt : next_of(other->subject->range.last);
        }
        return !next && steps_ <= most_steps;
    }

    // A rule for more places and fewer addresses, which stands before it and decides otherwise: elsewhere the
    // narrower place wins. The other way round it is an exception, as rules are written.
    void look_for_crossing(single_rule const& one)
    {
        if (!one.rule->place)
            return;
        pointer crossing = nullptr;
        std::size_t more = 0;
        for (auto const* other : index_.inside(one.subject->range)) {
            if (!may_go_on())
                return;
            if (other->number >= one.number || other->rule->allow == one.rule->allow || !other->rule->place ||
                *other->rule->place == *one.rule->place || !covers_place(*other->rule, *one.rule))
                continue;
            more += crossing ? 1 : 0;
            crossing = crossing ? crossing : other;
        }
        if (crossing)
            found_.push_back(title(*one.rule) + " does not hold for " + to_string(*crossing->subject) + ": " +
                             title(*crossing->rule) + " decides before it" +
                             (more > 0 ? ", and so do " + std::to_string(more) + " more" : "") +
                             "; put it first if it is meant for them, too");
    }

    // The most dangerous mistake: somebody is let in, and nobody is kept out. A rule that denies everybody
    // what is denied anyway is only plain.
    void look_for_effect(single_rule const& one)
    {
        auto const& rule = *one.rule;
        if (rule.allow != default_allow_ || (!rule.allow && one.subject->what == kind::everyone))
            return;
        auto const& others = by_action_[rule.allow ? 0 : 1];
        for (auto at = std::upper_bound(others.begin(), others.end(), one.number); at != others.end(); ++at)
            if (!may_go_on() || may_share_a_place(rules_[*at], rule))
                return;
        if (rule.allow)
            found_.push_back(title(rule) + " allows what is allowed anyway: no rule behind it denies; add " +
                             action_for(rule, "deny") + ", or set access-default to deny");
        else
            found_.push_back(title(rule) + " denies what is denied anyway: no rule behind it allows; add " +
                             action_for(rule, "allow") + ", or set access-default to allow");
    }

    std::span<access_rule const> rules_;
    bool const default_allow_;
    std::vector<single_rule> const singles_;
    rule_index const index_;
    std::vector<std::size_t> by_action_[2]; ///< numbers of rules that deny, that allow
    std::vector<std::string> found_;
    std::size_t steps_ = 0;
};

} // namespace

std::vector<std::string> check_rules(std::span<access_rule const> rules, bool default_allow, std::size_t most)
{
    return checker(rules, default_allow).run(most);
}

} // namespace polyport
