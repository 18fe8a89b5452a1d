// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace polyport {

/// A rule for one subject: a rule with several is several.
struct single_rule {
    access_rule const* rule = nullptr;
    access_subject const* subject = nullptr;
    std::size_t number = 0; ///< of the rule
};

/// Whether `whole` holds wherever `part` does.
bool covers_place(access_rule const& whole, access_rule const& part);

/// Whether a connection or request can be meant by both.
bool may_share_a_place(access_rule const& a, access_rule const& b);

/// Rules by place and subject, so that what covers one is found by looking for the few that could: the places
/// above its own, and the subjects that its own is a part of.
class rule_index {
public:
    using group = std::vector<single_rule const*>; ///< in the order of the rules

    /// `all` outlives it.
    explicit rule_index(std::span<single_rule const> all);

    /// Calls see(group) for each group whose members cover `one`, its own among them.
    template <class See>
    void for_covering(single_rule const& one, See see) const
    {
        auto const places = places_above(*one.rule);
        for (auto const subject : subjects_above(*one.subject))
            for (auto const place : places)
                if (auto const found = groups_.find(key(place, subject)); found != groups_.end())
                    see(found->second);
    }

    /// Those about addresses that are in `range`, from its first address on, larger ranges first.
    std::span<single_rule const* const> inside(address_range const& range) const;

private:
    using id = std::uint32_t;
    using place_name = std::pair<std::string, std::string>; ///< service, and prefix if there is one

    static std::uint64_t key(id place, id subject) noexcept { return std::uint64_t{place} << 32 | subject; }
    std::vector<id> places_above(access_rule const& rule) const;
    std::vector<id> subjects_above(access_subject const& subject) const;

    std::map<place_name, id> places_;
    std::unordered_map<std::string, id> subjects_; ///< by what describes them
    std::set<unsigned> widths_[2];                 ///< of ranges that are there: of IPv4, of IPv6
    std::unordered_map<std::uint64_t, group> groups_;
    std::vector<single_rule const*> by_address_;
};

} // namespace polyport
