// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/address_range.hpp"
#include "common/access/range_map.hpp"
#include "common/access/rule.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sys/socket.h>

namespace polyport {

/// Who is in which group; see access_facts.
class group_membership {
public:
    virtual std::span<std::string const> groups_of(std::string_view user) const = 0;

protected:
    ~group_membership() = default;
};

/// What is known of who asks. Views outlive the decision.
struct access_facts {
    enum class knowledge : std::uint8_t {
        not_asked, ///< could be found out: a decision that needs it says so
        unknown,   ///< has been asked for, or cannot be: a rule to deny holds then, one to allow does not
        known,
    };

    std::optional<ip_number> address; ///< nothing for UNIX peers
    bool over_unix = false;
    std::optional<ucred> peer; ///< of a UNIX peer, if the kernel has told
    knowledge name_state = knowledge::unknown;
    std::string_view name; ///< confirmed; in lower case
    knowledge user_state = knowledge::unknown;
    std::string_view user; ///< authenticated
    group_membership const* groups = nullptr;
};

/// How rules about users and rules about where a client comes from go together.
enum class satisfy_mode : std::uint8_t {
    any, ///< one list: the first rule that matches decides, whichever kind it is of
    all, ///< both: the list is gone through once without the users, and once with them alone
};

struct access_verdict {
    enum class kind : std::uint8_t {
        allowed,
        denied,
        needs_name, ///< find out the client's domain name, and ask again
        needs_user, ///< look at the credentials that were sent, and ask again
    };
    static constexpr std::uint32_t by_default = range_map<std::uint32_t>::none;

    kind what = kind::allowed;
    std::uint32_t rule = by_default; ///< the index of the rule that decided
    bool another_user_may = false;   ///< denied, but a rule would have asked for a user: 401 rather than 403

    bool denied() const noexcept { return what == kind::denied; }
};

/// The rules that can hold for one service, made so that a decision costs some look-ups however many there
/// are: addresses are cut into disjoint ranges, paths are found by their segments, and names, users, groups
/// and ids by themselves.
class service_rules {
public:
    service_rules(std::span<access_rule const> rules, std::string_view service, bool default_allow);

    /// Nothing can be denied: no need to ask.
    bool allows_all() const noexcept { return default_allow_ && !any_; }
    /// Some rule can only be decided with a request.
    bool has_places() const noexcept { return any_place_; }
    bool asks_for_names() const noexcept { return asks_for_names_; }
    bool asks_for_users() const noexcept { return asks_for_users_; }
    bool asks_for_unix_ids() const noexcept { return asks_for_unix_ids_; }

    /// Whether a connection or datagram may come in. `requests_follow`: what depends on a request, a user or
    /// a name is left to at_request(), and only what no request could change is denied here.
    access_verdict at_connection(access_facts const& facts, bool requests_follow) const;

    /// Whether a request for a normalised path may be answered. `host` as comparable_host() makes it.
    access_verdict at_request(access_facts const& facts, std::string_view host, std::string_view path,
                              satisfy_mode satisfy) const;

    /// Whether some rule speaks of a host, so that at_request() needs one.
    bool has_hosts() const noexcept { return !hosts_.empty(); }

private:
    using key6 = std::pair<std::uint64_t, std::uint64_t>;
    enum class part : std::uint8_t { everything, origins, users };

    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept
        {
            return std::hash<std::string_view>()(text);
        }
    };
    using rule_by_text = std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>>;
    using rule_by_id = std::unordered_map<std::uint32_t, std::uint32_t>;
    static constexpr std::uint32_t no_rule = access_verdict::by_default;

    /// The first rules of a kind: of those that hold for whoever is meant, and of those among them that deny,
    /// which hold for who is not known, too.
    struct firsts {
        std::uint32_t any = no_rule;
        std::uint32_t deny = no_rule;

        void add(std::uint32_t rule, bool allow) noexcept;
    };
    /// What holds for the same requests: for each subject the first rule that names it.
    struct scope {
        range_map<std::uint32_t> ipv4;
        range_map<key6> ipv6;
        std::uint32_t everyone = no_rule;
        std::uint32_t unix_peers = no_rule;
        rule_by_id unix_users;
        rule_by_id unix_groups;
        firsts all_unix_users;
        firsts all_unix_groups;
        rule_by_text names; ///< with a dot in front: that name and all below it
        firsts all_names;
        rule_by_text users;
        rule_by_text groups;
        std::uint32_t every_user = no_rule;
        firsts all_users; ///< and groups
        bool about_origins = false;
        bool about_users = false;

        std::uint32_t of_address(access_facts const& facts) const noexcept;
        std::uint32_t of_unix_peer(access_facts const& facts) const noexcept;
        std::uint32_t of_name(std::string_view name) const;
        std::uint32_t of_user(access_facts const& facts) const;
    };
    struct scope_builder;
    struct place_tree {
        std::unordered_map<std::string, scope, text_hash, std::equal_to<>> scopes; ///< by path
        std::size_t longest = 0;
    };
    /// The scopes that one request is in.
    struct scope_list {
        std::array<scope const*, 2 * most_segments + 3> which;
        std::size_t count = 0;

        void add(scope const* one) noexcept { which[count++] = one; }
        std::span<scope const* const> view() const noexcept { return {which.data(), count}; }
    };

    access_verdict first_match(access_facts const& facts, std::span<scope const* const> scopes,
                               part which) const;
    static void collect(place_tree const& from, std::string_view path, scope_list& into) noexcept;

    std::vector<bool> allows_; ///< by rule
    bool const default_allow_;
    bool asks_for_names_ = false;
    bool asks_for_users_ = false;
    bool asks_for_unix_ids_ = false;
    bool any_ = false;
    bool any_place_ = false;
    scope whole_;
    place_tree places_;                                    ///< of all hosts
    std::map<std::string, place_tree, std::less<>> hosts_; ///< of one
    std::uint32_t first_place_to_allow_ = access_verdict::by_default;
};

} // namespace polyport
