// SPDX-License-Identifier: BSL-1.0
#include "common/access/explain.hpp"

#include <algorithm>
#include <optional>

namespace polyport {
namespace {

using subject_kind = access_subject::kind;
using knowledge = access_facts::knowledge;
using verdict = access_verdict::kind;

constexpr std::size_t most_lines = 20; // of rules that do not decide

/// Whether a subject is meant, and why.
struct finding {
    enum class outcome : std::uint8_t {
        no,
        yes,
        not_known, ///< a rule to deny holds then, one to allow does not
    };
    outcome what = outcome::no;
    std::string why;
};
using outcome = finding::outcome;

outcome yes_if(bool is_meant) noexcept
{
    return is_meant ? outcome::yes : outcome::no;
}

bool is_about_users(access_subject const& subject) noexcept
{
    return subject.what == subject_kind::user || subject.what == subject_kind::group;
}

finding look_at_unix(access_subject const& subject, access_facts const& facts)
{
    if (!facts.over_unix)
        return {outcome::no, "the client does not come over a UNIX socket"};
    if (subject.what == subject_kind::unix_peer)
        return {outcome::yes, "the client comes over a UNIX socket"};
    bool const is_user = subject.what == subject_kind::unix_user;
    std::string const what = is_user ? "uid" : "gid";
    auto const id = !facts.peer ? static_cast<std::uint32_t>(-1)
                    : is_user   ? facts.peer->uid
                                : facts.peer->gid;
    if (id == static_cast<std::uint32_t>(-1))
        return {outcome::not_known, "the client's " + what + " is not known"};
    bool const same = id == subject.id;
    return {yes_if(same), "its " + what + " " + std::to_string(id) +
                              (same ? " is that" : " is not " + std::to_string(subject.id))};
}

finding look_at_name(access_subject const& subject, access_facts const& facts)
{
    if (!facts.address)
        return {outcome::no, "the client has no address that could have a name"};
    if (facts.name_state != knowledge::known)
        return {outcome::not_known, "its domain name is not known"};
    bool const same = matches_name(subject, facts.name);
    return {yes_if(same), std::string(facts.name) + (same ? " is " : " is not ") + subject.name};
}

finding look_at_user(access_subject const& subject, access_question const& asked)
{
    auto const& facts = asked.facts;
    if (facts.user_state != knowledge::known)
        return {outcome::not_known, "nobody has logged in"};
    if (subject.what == subject_kind::user) {
        bool const same = subject.name == "*" || subject.name == facts.user;
        return {yes_if(same),
                "the user is " + std::string(facts.user) + (same ? "" : ", not " + subject.name)};
    }
    bool const in = std::find(asked.groups.begin(), asked.groups.end(), subject.name) != asked.groups.end();
    return {yes_if(in),
            std::string(facts.user) + (in ? " is in " : " is not in ") + "the group " + subject.name};
}

finding look_at(access_subject const& subject, access_question const& asked)
{
    auto const& facts = asked.facts;
    switch (subject.what) {
    case subject_kind::everyone:
        return {outcome::yes, "it is for everyone"};
    case subject_kind::address: {
        if (!facts.address)
            return {outcome::no, "the client has no IP address"};
        bool const in = subject.range.contains(*facts.address);
        return {yes_if(in),
                to_string(*facts.address) + (in ? " is in " : " is not in ") + to_string(subject.range)};
    }
    case subject_kind::unix_peer:
    case subject_kind::unix_user:
    case subject_kind::unix_group:
        return look_at_unix(subject, facts);
    case subject_kind::name:
        return look_at_name(subject, facts);
    case subject_kind::user:
    case subject_kind::group:
        return look_at_user(subject, asked);
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

/// What the subjects of one rule come to, of which any will do: a certain match first, then one that holds
/// because something is not known, and a missing user last.
struct rule_finding {
    std::optional<finding> decided;
    bool asks_for_user = false; ///< who logs in may be meant
    std::string why_not;
};

rule_finding look_at_rule(access_rule const& rule, access_question const& asked, part which)
{
    rule_finding made;
    std::optional<finding> origin_unknown;
    std::optional<finding> user_unknown;
    for (auto const& subject : rule.subjects) {
        if (!belongs_to(subject, which))
            continue;
        auto found = look_at(subject, asked);
        if (found.what == outcome::yes) {
            made.decided = std::move(found);
            return made;
        }
        made.why_not += (made.why_not.empty() ? "" : "; ") + found.why;
        if (found.what == outcome::not_known)
            (is_about_users(subject) ? user_unknown : origin_unknown) = std::move(found);
    }
    made.asks_for_user = user_unknown.has_value();
    if (rule.allow || (!origin_unknown && !user_unknown))
        return made;
    made.asks_for_user = !origin_unknown;
    made.decided = origin_unknown ? std::move(origin_unknown) : std::move(user_unknown);
    made.decided->why += ", and what cannot be decided is denied";
    return made;
}

/// The lines about rules that do not decide, of which the first are shown.
class step_list {
public:
    void pass(std::string const& line)
    {
        if (++lines_ <= most_lines)
            text_ += "  " + line + "\n";
        else
            ++left_out_;
    }
    void end(std::string const& line)
    {
        if (left_out_ > 0)
            text_ += "  and " + std::to_string(left_out_) + " more that do not match\n";
        text_ += "  " + line + "\n";
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
    std::size_t lines_ = 0;
    std::size_t left_out_ = 0;
};

std::string of_default(bool default_allow)
{
    return std::string("no rule matches: access-default is ") + (default_allow ? "allow" : "deny");
}

access_verdict go_through(access_question const& asked, std::span<access_rule const> rules,
                          bool default_allow, part which, std::string& text)
{
    access_verdict made;
    step_list steps;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        auto const& rule = rules[i];
        if (!applies(rule, asked)) {
            steps.pass(title(rule, i) + ": no: it is not about " + asked.service.name +
                       (asked.is_request ? " " + asked.path : ""));
            continue;
        }
        auto const found = look_at_rule(rule, asked, which);
        made.another_user_may = made.another_user_may || found.asks_for_user;
        if (found.decided) {
            made.what = rule.allow ? verdict::allowed : verdict::denied;
            made.rule = static_cast<std::uint32_t>(i);
            made.another_user_may = made.another_user_may && !rule.allow;
            steps.end(title(rule, i) + ": decides: " + found.decided->why);
            text += steps.take();
            return made;
        }
        if (!found.why_not.empty())
            steps.pass(title(rule, i) + ": no: " + found.why_not);
    }
    made.what = default_allow ? verdict::allowed : verdict::denied;
    made.another_user_may = made.another_user_may && !default_allow;
    steps.end(of_default(default_allow));
    text += steps.take();
    return made;
}

/// What is decided when a connection comes whose requests are decided for themselves: it is denied only if no
/// request could change that.
access_verdict go_through_at_connection(access_question const& asked, std::span<access_rule const> rules,
                                        bool default_allow, std::string& text)
{
    access_verdict made;
    step_list steps;
    auto const end = [&](std::string const& line) {
        steps.end(line);
        text += steps.take();
        return made;
    };
    for (std::size_t i = 0; i < rules.size(); ++i) {
        auto const& rule = rules[i];
        auto const name = title(rule, i);
        if (!rule.service.empty() && rule.service != asked.service.name) {
            steps.pass(name + ": no: it is not about " + asked.service.name);
            continue;
        }
        if (rule.place) {
            if (rule.allow)
                return end(name + ": may allow a request");
            steps.pass(name + ": no: it is about requests");
            continue;
        }
        std::string why;
        bool depends = false;
        for (auto const& subject : rule.subjects) {
            bool const of_request =
                is_about_users(subject) || (subject.what == subject_kind::name && asked.facts.address);
            if (of_request) {
                depends = true;
                continue;
            }
            auto const found = look_at(subject, asked);
            if (found.what == outcome::yes || (found.what == outcome::not_known && !rule.allow)) {
                made.what = rule.allow ? verdict::allowed : verdict::denied;
                made.rule = static_cast<std::uint32_t>(i);
                return end(name + ": decides: " + found.why);
            }
            why += (why.empty() ? "" : "; ") + found.why;
        }
        if (depends)
            return end(name + ": is decided when a request has come, by the client's name or user");
        auto no = name + ": no: ";
        no += why;
        steps.pass(no);
    }
    made.what = default_allow ? verdict::allowed : verdict::denied;
    return end(of_default(default_allow));
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

std::string title_of(access_verdict const& made, std::span<access_rule const> rules)
{
    return made.rule == access_verdict::by_default ? " by default"
                                                   : " by " + title(rules[made.rule], made.rule);
}

/// Of a service whose requests are decided for themselves.
access_explanation explain_connection(access_question const& asked, std::span<access_rule const> rules,
                                      bool default_allow)
{
    access_explanation made;
    std::string steps;
    made.at_connection = true;
    made.verdict = go_through_at_connection(asked, rules, default_allow, steps);
    if (made.verdict.denied())
        made.text = asked.text + ": denied" + title_of(made.verdict, rules) + "\n" + steps +
                    "  the connection is closed at once, whatever it would ask for\n";
    else
        made.text = asked.text + ": the connection is let in\n" + steps +
                    "  its requests are decided one by one: ask with a path, such as '" + asked.service.name +
                    " / " + asked.text.substr(asked.service.name.size() + 1) + "'\n";
    return made;
}

} // namespace

access_explanation explain_access(access_question const& question, std::span<access_rule const> rules,
                                  bool default_allow, satisfy_mode satisfy)
{
    access_question asked = question;
    asked.facts.name = asked.name;
    asked.facts.name_state = asked.name.empty() ? knowledge::unknown : knowledge::known;
    asked.facts.user = asked.user;
    asked.facts.user_state = asked.user.empty() ? knowledge::unknown : knowledge::known;

    if (asked.service.has_paths) {
        auto at_connection = explain_connection(asked, rules, default_allow);
        if (!asked.is_request || at_connection.verdict.denied())
            return at_connection;
    }
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
    made.text = asked.text + (made.verdict.denied() ? ": denied" : ": allowed") +
                title_of(made.verdict, rules) + "\n" + steps;
    if (made.verdict.denied() && asked.is_request)
        made.text += made.verdict.another_user_may
                         ? "  the answer is 401: it asks for a user and a password\n"
                         : "  the answer is 403\n";
    else if (made.verdict.denied())
        made.text += "  the connection is closed at once, a datagram is dropped\n";
    return made;
}

} // namespace polyport
