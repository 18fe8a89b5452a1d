// SPDX-License-Identifier: BSL-1.0
#include "common/quoted.hpp"
#include "services/http/access_control.hpp"
#include "services/http/auth/password_file.hpp"
#include "services/http/authority.hpp"
#include "services/http/target.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>

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

/// A file of users or of groups, and what is in it.
struct checked_file {
    std::string path;
    bool of_users = false;
    password_table users;
    group_table groups;

    std::string option() const { return of_users ? "http-users: " : "http-groups: "; }
};

/// Without links and dots; empty if it is not there.
std::string real_path(std::string const& path)
{
    std::unique_ptr<char, decltype(&std::free)> const found(::realpath(path.c_str(), nullptr), &std::free);
    return found ? found.get() : "";
}

/// Who asks for the file by its name would get it.
void check_that_it_is_not_served(checked_file const& file, settings const& http,
                                 std::vector<std::string>& warnings)
{
    auto const real = real_path(file.path);
    auto const look_at = [&](std::string const& directory, url_prefix const& where) {
        auto const root = real_path(directory);
        if (root.empty() || !is_below(real, root == "/" ? "" : root))
            return;
        auto const below = real.substr(root == "/" ? 1 : root.size() + 1);
        bool const has_dot = below.starts_with('.') || below.find("/.") != std::string::npos;
        if (!has_dot || at(http, where, http.hidden, &directory_settings::hidden))
            warnings.push_back(file.option() + quoted(file.path) + " is served as " + to_string(where) +
                               below + " to whoever may have that; move it out of " + quoted(directory));
    };
    look_at(http.root, {});
    for (auto const& [prefix, own] : http.below)
        if (own.directory)
            look_at(*own.directory, prefix);
}

void check_file(checked_file& file, settings const& http, access_settings const& access,
                std::vector<std::string>& problems, std::vector<std::string>& warnings)
{
    auto const option = file.option();
    auto const text = read_small_file(file.path);
    if (!text) {
        problems.push_back(option + text.error().text);
        return;
    }
    if (auto const stamp = stamp_of(file.path); stamp && stamp->is_open_to_all())
        warnings.push_back(option + quoted(file.path) +
                           " can be read or changed by everybody: chmod o= " + file.path);
    if (access.can_read && !access.can_read(file.path))
        warnings.push_back(
            option + quoted(file.path) +
            " cannot be read by the user that the daemon becomes, so that it would not see who "
            "is added or removed; chown root:GROUP and chmod 640, with a group of that user");
    if (file.of_users)
        file.users = parse_passwords(*text);
    else
        file.groups = parse_groups(*text);
    auto const where = option + file.path + ": ";
    for (auto const& problem : file.of_users ? file.users.problems : file.groups.problems)
        warnings.push_back(where + problem);
    if (file.of_users && file.users.hashes.empty())
        warnings.push_back(option + quoted(file.path) +
                           " has no user with a password that can be checked, so that nobody can log in; add "
                           "one with htpasswd -B FILE USER");
    check_that_it_is_not_served(file, http, warnings);
}

std::vector<checked_file> files_of(settings const& http)
{
    std::set<std::pair<std::string, bool>> named{{http.users, true}, {http.groups, false}};
    for (auto const& [prefix, own] : http.below) {
        named.emplace(own.users.value_or(""), true);
        named.emplace(own.groups.value_or(""), false);
    }
    std::vector<checked_file> made;
    for (auto const& [path, users] : named)
        if (!path.empty())
            made.push_back({path, users, {}, {}});
    return made;
}

/// The files that hold for some path of a rule.
std::set<std::string> files_at(settings const& http, url_prefix const& where, bool users)
{
    auto const member = users ? &directory_settings::users : &directory_settings::groups;
    std::set<std::string> found{at(http, where, users ? http.users : http.groups, member)};
    for (auto const& [prefix, own] : http.below)
        if (own.*member && covers(where, prefix))
            found.insert(*(own.*member));
    return found;
}

/// A name that is spelt wrongly lets nobody in, or denies nobody.
void check_that_they_exist(access_rule const& rule, settings const& http,
                           std::vector<checked_file> const& files, std::vector<std::string>& warnings)
{
    for (auto const& subject : rule.subjects) {
        bool const user = subject.what == subject_kind::user;
        if ((!user && subject.what != subject_kind::group) || subject.name == "*")
            continue;
        auto const paths = files_at(http, rule.place.value_or(url_prefix{}), user);
        std::string where;
        bool const known = std::any_of(files.begin(), files.end(), [&](checked_file const& file) {
            if (file.of_users != user || !paths.contains(file.path))
                return false;
            where += (where.empty() ? "" : ", ") + quoted(file.path);
            return user ? file.users.hashes.contains(subject.name)
                        : file.groups.members.contains(subject.name);
        });
        if (!known && !where.empty())
            warnings.push_back(title(rule) + " names the " + (user ? "user " : "group ") +
                               quoted(subject.name) + ", but there is none in " + where +
                               (user ? "; add it with htpasswd -B FILE USER, or look for a slip"
                                     : "; add a line GROUP: USER USER, or look for a slip"));
    }
}

bool is_about_users(access_subject const& subject)
{
    return subject.what == subject_kind::user || subject.what == subject_kind::group;
}

/// With http-satisfy all, the rules without users must allow by themselves: "deny all" at the end does not.
void check_that_both_can_allow(url_prefix const& where, access_settings const& access,
                               std::vector<std::string>& warnings)
{
    bool about_users = false;
    bool about_origins = false;
    bool may_come = false;
    bool denies_all = !access.default_allow;
    for (auto const& rule : access.rules) {
        if ((!rule.service.empty() && rule.service != "http") || (rule.place && !covers(*rule.place, where)))
            continue;
        for (auto const& subject : rule.subjects) {
            bool const everyone = subject.what == subject_kind::everyone;
            about_users = about_users || is_about_users(subject);
            about_origins = about_origins || (!everyone && !is_about_users(subject));
            may_come = may_come || (rule.allow && !is_about_users(subject));
            denies_all = denies_all || (everyone && !rule.allow);
        }
    }
    if (about_users && about_origins && denies_all && !may_come)
        warnings.push_back("http-satisfy: all wants the rules without users to allow as well, and at " +
                           to_string(where) + " none of them does: everybody is denied; add 'allow http " +
                           to_string(where) +
                           " 0.0.0.0/0 ::/0' behind those that deny addresses, or leave http-satisfy at any");
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
    if (http.satisfy == satisfy_mode::all)
        check_that_both_can_allow({}, access, warnings);
    for (auto const& [prefix, own] : http.below) {
        if (own.users)
            check_that_users_are_asked(prefix, access, problems);
        if (own.satisfy == satisfy_mode::all)
            check_that_both_can_allow(prefix, access, warnings);
    }
    auto files = files_of(http);
    for (auto& file : files)
        check_file(file, http, access, problems, warnings);
    for (auto const& rule : access.rules)
        check_that_they_exist(rule, http, files, warnings);
}

checked<url_prefix> place_of(std::string_view text)
{
    constexpr std::string_view scheme = "http:";
    auto rest = text.starts_with(scheme) ? text.substr(scheme.size()) : text;
    url_prefix made;
    if (rest.starts_with("//")) {
        auto const slash = std::min(rest.find('/', 2), rest.size());
        auto const named = parse_authority(rest.substr(2, slash - 2));
        if (!named)
            return problem{quoted(text) + " names no host: write //example.org/PATH, or /PATH for all hosts"};
        made.host = comparable_host(named->host);
        rest = rest.substr(slash);
    }
    target where;
    if (auto const verdict = parse_target(rest, where); verdict.refused)
        return problem{quoted(text) + " would be answered with " +
                       std::to_string(static_cast<int>(verdict.code)) + ": " + std::string(verdict.reason)};
    made.path = where.path;
    if (made.path.ends_with('/'))
        made.path.pop_back();
    return made;
}

satisfy_mode satisfy_at(settings const& http, std::string const& host, std::string const& path)
{
    return at(http, url_prefix{host, path == "/" ? "" : path}, http.satisfy, &directory_settings::satisfy);
}

} // namespace polyport::http
