// SPDX-License-Identifier: BSL-1.0
#include "common/access/rule_check.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace polyport {
namespace {

using kind = access_subject::kind;

/// A rule for one subject: a rule with several is several.
struct single {
    access_rule const* rule;
    access_subject const* subject;
    std::size_t number; ///< of the rule
};

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

/// Addresses by their place in the number space: what covers a range is then found by going up from it.
class address_order {
public:
    explicit address_order(std::span<single const> all)
    {
        for (auto const& one : all)
            if (one.subject->what == kind::address)
                sorted_.push_back(&one);
        std::stable_sort(sorted_.begin(), sorted_.end(), [](single const* a, single const* b) {
            auto const& x = a->subject->range;
            auto const& y = b->subject->range;
            return x.first != y.first ? x.first < y.first : y.last < x.last;
        });
    }

    /// Calls see(inner, outer) for each pair of ranges of which one has the other, equal ones both ways.
    template <class See>
    void for_nested(See see) const
    {
        std::vector<single const*> open;
        for (auto const* one : sorted_) {
            std::erase_if(open,
                          [&](single const* o) { return !o->subject->range.contains(one->subject->range); });
            for (auto const* outer : open) {
                see(*one, *outer);
                if (outer->subject->range == one->subject->range)
                    see(*outer, *one);
            }
            open.push_back(one);
        }
    }

private:
    std::vector<single const*> sorted_;
};

class checker {
public:
    checker(std::span<access_rule const> rules, bool default_allow)
        : rules_(rules), default_allow_(default_allow)
    {
        for (std::size_t i = 0; i < rules.size(); ++i)
            for (auto const& subject : rules[i].subjects)
                singles_.push_back({&rules[i], &subject, i});
    }

    std::vector<std::string> run(std::size_t most)
    {
        find_covers();
        for (std::size_t i = 0; i < singles_.size(); ++i)
            say(singles_[i], covered_by_[i], absorbed_by_[i]);
        if (default_allow_)
            find_idle();
        if (found_.size() > most) {
            auto const rest = found_.size() - most;
            found_.resize(most);
            found_.push_back("and " + std::to_string(rest) + " more warnings about access rules");
        }
        return std::move(found_);
    }

private:
    using pointer = single const*;

    void note(single const& inner, single const& outer)
    {
        auto const i = static_cast<std::size_t>(&inner - singles_.data());
        if (!covers_place(*outer.rule, *inner.rule))
            return;
        if (outer.number < inner.number) {
            if (!covered_by_[i] || outer.number < covered_by_[i]->number)
                covered_by_[i] = &outer;
        } else if (outer.number > inner.number && outer.rule->allow == inner.rule->allow) {
            if (!absorbed_by_[i] || outer.number < absorbed_by_[i]->number)
                absorbed_by_[i] = &outer;
        }
    }

    // Addresses by their order; of the other kinds there are few, compared each with each.
    void find_covers()
    {
        covered_by_.assign(singles_.size(), nullptr);
        absorbed_by_.assign(singles_.size(), nullptr);
        address_order(singles_).for_nested(
            [&](single const& inner, single const& outer) { note(inner, outer); });
        std::vector<pointer> others;
        for (auto const& one : singles_)
            if (one.subject->what != kind::address)
                others.push_back(&one);
        std::size_t steps = 0;
        for (auto const* outer : others) {
            bool const everyone = outer->subject->what == kind::everyone;
            for (auto const& inner : singles_) {
                if (&inner == outer || (!everyone && inner.subject->what == kind::address))
                    continue;
                if (++steps > most_steps)
                    return;
                if (covers(*outer->subject, *inner.subject))
                    note(inner, *outer);
            }
        }
    }

    // Nothing between the two that would decide otherwise for some of the same.
    bool is_free_between(single const& from, single const& to)
    {
        for (auto const& one : singles_) {
            if (one.number <= from.number || one.number >= to.number)
                continue;
            if (++steps_ > most_steps)
                return false;
            if (one.rule->allow != from.rule->allow && may_share_a_place(*one.rule, *from.rule) &&
                may_share_somebody(*one.subject, *from.subject))
                return false;
        }
        return true;
    }

    void say(single const& one, pointer covered, pointer absorbed)
    {
        std::string const whom = one.rule->subjects.size() > 1 && one.subject->what == kind::address
                                     ? " as far as " + to_string(one.subject->range) + " is concerned"
                                     : "";
        if (covered && covered->rule != one.rule)
            found_.push_back(title(*one.rule) + " is never reached" + whom + ": " + title(*covered->rule) +
                             " decides before it; put it first, or remove it");
        else if (absorbed && absorbed->rule != one.rule && is_free_between(one, *absorbed))
            found_.push_back(title(*one.rule) + " changes nothing" + whom + ": " + title(*absorbed->rule) +
                             " decides the same; remove one of them");
    }

    // The most dangerous mistake: somebody is let in, and nobody is kept out.
    void find_idle()
    {
        std::size_t steps = 0;
        for (auto const& one : singles_) {
            if (!one.rule->allow || &one.rule->subjects.front() != one.subject)
                continue;
            bool denies = false;
            for (auto later = one.number + 1; later < rules_.size() && !denies; ++later) {
                if (++steps > most_steps)
                    return;
                denies = !rules_[later].allow && may_share_a_place(rules_[later], *one.rule);
            }
            if (!denies)
                found_.push_back(title(*one.rule) +
                                 " allows what is allowed anyway: no rule behind it denies; add "
                                 "'deny " +
                                 (one.rule->service.empty() ? "all" : one.rule->service) +
                                 (one.rule->place ? " " + to_string(*one.rule->place) : "") +
                                 " all', or set access-default to deny");
        }
    }

    static constexpr std::size_t most_steps = 20'000'000;

    std::span<access_rule const> rules_;
    bool const default_allow_;
    std::vector<single> singles_;
    std::vector<pointer> covered_by_;
    std::vector<pointer> absorbed_by_;
    std::vector<std::string> found_;
    std::size_t steps_ = 0;
};

} // namespace

std::vector<std::string> check_rules(std::span<access_rule const> rules, bool default_allow, std::size_t most)
{
    return checker(rules, default_allow).run(most);
}

} // namespace polyport
