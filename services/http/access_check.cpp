// SPDX-License-Identifier: BSL-1.0
#include "common/quoted.hpp"
#include "services/http/access_control.hpp"
#include "services/http/auth/password_file.hpp"

#include <algorithm>

namespace polyport::http {
namespace {

using subject_kind = access_subject::kind;

/// The value of the longest prefix that has one, those of the host first.
template <class T>
T const& at(settings const& http, url_prefix const& where, T const& otherwise,
            std::optional<T> directory_settings::* member)
{
    T const* found = &otherwise;
    std::pair<bool, std::size_t> best{false, 0};
    bool any = false;
    for (auto const& [prefix, own] : http.below) {
        if (!(own.*member) || !covers(prefix, where))
            continue;
        std::pair const rank{!prefix.host.empty(), prefix.path.size()};
        if (!any || best < rank) {
            found = &*(own.*member);
            best = rank;
            any = true;
        }
    }
    return *found;
}

bool names(access_rule const& rule, subject_kind what)
{
    return std::any_of(rule.subjects.begin(), rule.subjects.end(),
                       [what](access_subject const& subject) { return subject.what == what; });
}

std::string title(access_rule const& rule)
{
    return rule.origin + ": " + quoted(rule.text);
}

/// Who believes that a password protects a place must not be wrong.
void check_that_users_are_asked(url_prefix const& where, access_settings const& access,
                                std::vector<std::string>& problems)
{
    bool const asked = std::any_of(access.rules.begin(), access.rules.end(), [&](access_rule const& rule) {
        bool const about_users = names(rule, subject_kind::user) || names(rule, subject_kind::group);
        return about_users && (!rule.place || covers(*rule.place, where) || covers(where, *rule.place));
    });
    if (asked)
        return;
    auto const place = to_string(where);
    problems.push_back("http-users: no access rule asks for a user at " + place +
                       ", so that nobody needs a password "
                       "there; add --access 'allow http " +
                       place + " user:*' and --access 'deny http " + place + " all'");
}

void check_file(std::string const& path, bool users, std::vector<std::string>& warnings)
{
    if (path.empty())
        return;
    std::string const option = users ? "http-users: " : "http-groups: ";
    if (auto const stamp = stamp_of(path); stamp && stamp->is_open_to_all())
        warnings.push_back(option + quoted(path) + " can be read or changed by everybody: chmod o= " + path);
    auto const text = read_small_file(path);
    if (!text)
        return;
    auto const problems = users ? parse_passwords(*text).problems : parse_groups(*text).problems;
    for (auto const& problem : problems)
        warnings.push_back(option + path + ": " + problem);
}

} // namespace

void check_access_settings(settings const& http, access_settings const& access,
                           std::vector<std::string>& problems, std::vector<std::string>& warnings)
{
    for (auto const& rule : access.rules) {
        bool const users = names(rule, subject_kind::user);
        bool const groups = names(rule, subject_kind::group);
        auto const where = rule.place.value_or(url_prefix{});
        if ((users || groups) && at(http, where, http.users, &directory_settings::users).empty())
            problems.push_back(title(rule) +
                               " names a user, but no file of users is for that place: add --http-users "
                               "FILE, or --http-users " +
                               to_string(where) + "=FILE");
        else if (groups && at(http, where, http.groups, &directory_settings::groups).empty())
            problems.push_back(title(rule) + " names a group, but no file of groups is for that place: add "
                                             "--http-groups FILE");
    }
    if (!http.users.empty())
        check_that_users_are_asked({}, access, problems);
    std::vector<std::pair<std::string, bool>> files{{http.users, true}, {http.groups, false}};
    for (auto const& [prefix, own] : http.below) {
        if (own.users) {
            check_that_users_are_asked(prefix, access, problems);
            files.emplace_back(*own.users, true);
        }
        if (own.groups)
            files.emplace_back(*own.groups, false);
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    for (auto const& [path, users] : files)
        check_file(path, users, warnings);
}

satisfy_mode satisfy_at(settings const& http, std::string const& host, std::string const& path)
{
    return at(http, url_prefix{host, path == "/" ? "" : path}, http.satisfy, &directory_settings::satisfy);
}

} // namespace polyport::http
