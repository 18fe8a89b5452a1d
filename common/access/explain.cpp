// SPDX-License-Identifier: BSL-1.0
#include "common/access/explain.hpp"

#include "common/quoted.hpp"

#include <algorithm>
#include <optional>

namespace polyport {
namespace {

using subject_kind = access_subject::kind;
using knowledge = access_facts::knowledge;
using verdict = access_verdict::kind;

constexpr std::size_t most_lines = 20; // of rules that do not decide

/// Why a subject is meant, or not.
struct finding {
    bool matches = false;
    bool would_ask_for_user = false;
    std::string why;
};

bool is_about_users(access_subject const& subject) noexcept
{
    return subject.what == subject_kind::user || subject.what == subject_kind::group;
}

finding look_at_unix(access_subject const& subject, access_facts const& facts, bool allow)
{
    if (!facts.over_unix)
        return {false, false, "the client does not come over a UNIX socket"};
    if (subject.what == subject_kind::unix_peer)
        return {true, false, "the client comes over a UNIX socket"};
    bool const is_user = subject.what == subject_kind::unix_user;
    std::string const what = is_user ? "uid" : "gid";
    if (!facts.peer)
        return {!allow, false, "the client's " + what + " is not known"};
    auto const id = is_user ? facts.peer->uid : facts.peer->gid;
    bool const same = id == subject.id;
    return {same, false,
            "its " + what + " " + std::to_string(id) +
                (same ? " is that" : " is not " + std::to_string(subject.id))};
}

finding look_at_name(access_subject const& subject, access_facts const& facts, bool allow)
{
    if (!facts.address)
        return {false, false, "the client has no address that could have a name"};
    if (facts.name_state != knowledge::known)
        return {!allow, false,
                "its domain name is not known" +
                    std::string(allow ? "" : ", and what cannot be decided is denied")};
    bool const same = matches_name(subject, facts.name);
    return {same, false, std::string(facts.name) + (same ? " is " : " is not ") + subject.name};
}

finding look_at_user(access_subject const& subject, access_question const& asked, bool allow)
{
    auto const& facts = asked.facts;
    if (facts.user_state != knowledge::known)
        return {!allow, true, "nobody has logged in"};
    if (subject.what == subject_kind::user) {
        bool const same = subject.name == "*" || subject.name == facts.user;
        return {same, false,
                "the user is " + std::string(facts.user) + (same ? "" : ", not " + subject.name)};
    }
    bool const in = std::find(asked.groups.begin(), asked.groups.end(), subject.name) != asked.groups.end();
    return {in, false,
            std::string(facts.user) + (in ? " is in " : " is not in ") + "the group " + subject.name};
}

finding look_at(access_subject const& subject, access_question const& asked, bool allow)
{
    auto const& facts = asked.facts;
    switch (subject.what) {
    case subject_kind::everyone:
        return {true, false, "it is for everyone"};
    case subject_kind::address: {
        if (!facts.address)
            return {false, false, "the client has no IP address"};
        bool const in = subject.range.contains(*facts.address);
        return {in, false,
                to_string(*facts.address) + (in ? " is in " : " is not in ") + to_string(subject.range)};
    }
    case subject_kind::unix_peer:
    case subject_kind::unix_user:
    case subject_kind::unix_group:
        return look_at_unix(subject, facts, allow);
    case subject_kind::name:
        return look_at_name(subject, facts, allow);
    case subject_kind::user:
    case subject_kind::group:
        return look_at_user(subject, asked, allow);
    }
    return {};
}

bool applies(access_rule const& rule, access_question const& asked)
{
    if (!rule.service.empty() && rule.service != asked.service.name)
        return false;
    return !rule.place || (asked.is_request && covers(*rule.place, url_prefix{asked.host, asked.path}));
}

enum class part : std::uint8_t { everything, origins, users };

bool belongs_to(access_subject const& subject, part which)
{
    if (which == part::everything || subject.what == subject_kind::everyone)
        return true;
    return is_about_users(subject) == (which == part::users);
}

std::string title(access_rule const& rule, std::size_t number)
{
    return "rule " + std::to_string(number + 1) + " (" + rule.origin + "): " + rule.text;
}

access_verdict go_through(access_question const& asked, std::span<access_rule const> rules,
                          bool default_allow, part which, std::string& text)
{
    access_verdict made;
    std::size_t lines = 0;
    std::size_t left_out = 0;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        auto const& rule = rules[i];
        std::string why;
        std::optional<finding> decided;
        for (auto const& subject : rule.subjects) {
            if (!applies(rule, asked)) {
                why = "it is not about " + asked.service.name + (asked.is_request ? " " + asked.path : "");
                break;
            }
            if (!belongs_to(subject, which))
                continue;
            auto found = look_at(subject, asked, rule.allow);
            made.another_user_may = made.another_user_may || found.would_ask_for_user;
            why += (why.empty() ? "" : "; ") + found.why;
            if (found.matches) {
                decided = std::move(found);
                break;
            }
        }
        if (decided) {
            made.what = rule.allow ? verdict::allowed : verdict::denied;
            made.rule = static_cast<std::uint32_t>(i);
            made.another_user_may = made.another_user_may && !rule.allow;
            if (left_out > 0)
                text += "  and " + std::to_string(left_out) + " more that do not match\n";
            text += "  " + title(rule, i) + ": decides: " + decided->why + "\n";
            return made;
        }
        if (why.empty())
            continue;
        if (++lines <= most_lines)
            text += "  " + title(rule, i) + ": no: " + why + "\n";
        else
            ++left_out;
    }
    if (left_out > 0)
        text += "  and " + std::to_string(left_out) + " more that do not match\n";
    made.what = default_allow ? verdict::allowed : verdict::denied;
    made.another_user_may = made.another_user_may && !default_allow;
    text += "  no rule matches: access-default is " + std::string(default_allow ? "allow" : "deny") + "\n";
    return made;
}

bool has_subject(access_question const& asked, std::span<access_rule const> rules, bool about_users)
{
    return std::any_of(rules.begin(), rules.end(), [&](access_rule const& rule) {
        return applies(rule, asked) &&
               std::any_of(rule.subjects.begin(), rule.subjects.end(), [&](access_subject const& s) {
                   return s.what != subject_kind::everyone && is_about_users(s) == about_users;
               });
    });
}

checked<void> take_fact(access_question& asked, std::string_view word)
{
    auto const parsed = parse_access_subject(word);
    if (!parsed)
        return parsed.error();
    auto const& subject = parsed->front();
    auto& facts = asked.facts;
    switch (subject.what) {
    case subject_kind::address:
        if (parsed->size() > 1 || subject.range.first != subject.range.last)
            return problem{quoted(word) + " is more than one address: write the one that asks"};
        facts.address = subject.range.first;
        return {};
    case subject_kind::unix_peer:
        facts.over_unix = true;
        return {};
    case subject_kind::unix_user:
    case subject_kind::unix_group: {
        facts.over_unix = true;
        auto peer = facts.peer.value_or(ucred{0, static_cast<uid_t>(-1), static_cast<gid_t>(-1)});
        (subject.what == subject_kind::unix_user ? peer.uid : peer.gid) = subject.id;
        facts.peer = peer;
        return {};
    }
    case subject_kind::name:
        asked.name = subject.name;
        return {};
    case subject_kind::user:
        asked.user = subject.name;
        return {};
    case subject_kind::group:
        asked.groups.push_back(subject.name);
        return {};
    case subject_kind::everyone:
        break;
    }
    return problem{quoted(word) + " is not one client: write its address, or unix:uid=NAME"};
}

} // namespace

checked<access_question> parse_access_question(std::string_view text, std::span<known_service const> services)
{
    auto const words = split_words(text);
    auto const service = std::find_if(services.begin(), services.end(), [&](known_service const& s) {
        return !words.empty() && s.name == words.front();
    });
    if (service == services.end() || words.size() < 2)
        return problem{quoted(text) +
                       " is not a question: write a service, a path if it is http, and who asks, such "
                       "as 'http /private/x 192.0.2.7'"};
    access_question asked;
    asked.service = *service;
    for (auto const word : words)
        asked.text += (asked.text.empty() ? "" : " ") + std::string(word);
    std::size_t next = 1;
    if (words[1].starts_with('/')) {
        if (!service->has_paths)
            return problem{quoted(text) + ": " + service->name + " has no paths: leave it out"};
        auto const place = parse_url_prefix(words[1].substr(0, words[1].find('?'))); // rules know no queries
        if (!place)
            return place.error();
        asked.is_request = true;
        asked.host = place->host;
        asked.path = place->path.empty() ? "/" : place->path;
        ++next;
    }
    for (; next < words.size(); ++next)
        if (auto const taken = take_fact(asked, words[next]); !taken)
            return taken.error();
    return asked;
}

access_explanation explain_access(access_question const& question, std::span<access_rule const> rules,
                                  bool default_allow, satisfy_mode satisfy)
{
    access_question asked = question;
    asked.facts.name = asked.name;
    asked.facts.name_state = asked.name.empty() ? knowledge::unknown : knowledge::known;
    asked.facts.user = asked.user;
    asked.facts.user_state = asked.user.empty() ? knowledge::unknown : knowledge::known;

    access_explanation made;
    std::string steps;
    if (satisfy == satisfy_mode::all && has_subject(asked, rules, true) && has_subject(asked, rules, false)) {
        steps += " the rules without users:\n";
        made.verdict = go_through(asked, rules, default_allow, part::origins, steps);
        if (made.verdict.what == verdict::allowed) {
            steps += " and those with users (http-satisfy is all):\n";
            made.verdict = go_through(asked, rules, default_allow, part::users, steps);
        }
    } else {
        made.verdict = go_through(asked, rules, default_allow, part::everything, steps);
    }
    made.text = asked.text + ": ";
    made.text += made.verdict.denied() ? "denied" : "allowed";
    if (made.verdict.rule == access_verdict::by_default)
        made.text += " by default";
    else
        made.text += " by " + title(rules[made.verdict.rule], made.verdict.rule);
    made.text += '\n' + steps;
    if (made.verdict.denied() && asked.is_request)
        made.text += made.verdict.another_user_may
                         ? "  the answer is 401: it asks for a user and a password\n"
                         : "  the answer is 403\n";
    else if (made.verdict.denied())
        made.text += "  the connection is closed at once, a datagram is dropped\n";
    return made;
}

} // namespace polyport
