// SPDX-License-Identifier: BSL-1.0
#include "common/access/rule.hpp"

#include "common/accounts.hpp"
#include "common/quoted.hpp"
#include "common/suggestion.hpp"

#include <algorithm>

namespace polyport {
namespace {

using kind = access_subject::kind;
using subjects = std::vector<access_subject>;

bool is_name_char(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// Several labels, so that a word of the notation that is spelt wrongly is not taken for a name.
bool is_domain_name(std::string_view name) noexcept
{
    return name.size() > 1 && name.size() <= 254 && name.find('.') != std::string_view::npos &&
           name.find("..") == std::string_view::npos && std::all_of(name.begin(), name.end(), is_name_char);
}

subjects one(access_subject subject)
{
    return {std::move(subject)};
}

checked<subjects> parse_unix(std::string_view text)
{
    std::string_view const rest = text.substr(std::string_view("unix:").size());
    std::string_view const value = rest.substr(std::min(rest.find('=') + 1, rest.size()));
    if (rest.starts_with("uid=")) {
        auto const id = user_id(value);
        return id ? checked<subjects>(one({kind::unix_user, {}, *id})) : id.error();
    }
    if (rest.starts_with("gid=")) {
        auto const id = group_id(value);
        return id ? checked<subjects>(one({kind::unix_group, {}, *id})) : id.error();
    }
    return problem{quoted(text) + " is not a UNIX peer: write unix, unix:uid=NAME or unix:gid=NAME"};
}

problem bad_service(std::string_view name, std::span<known_service const> services)
{
    std::vector<std::string> names{"all"};
    for (auto const& service : services)
        names.push_back(service.name);
    std::string_view const meant = nearest(name, names);
    if (!meant.empty())
        return problem{quoted(name) + " is not a service: did you mean '" + std::string(meant) + "'?"};
    std::string list;
    for (auto const& known : names)
        list += (list.empty() ? "" : ", ") + known;
    return problem{quoted(name) + " is not a service: write one of " + list};
}

/// Rules about users need requests, which can be asked to name one.
checked<void> check_subjects(access_rule const& rule, std::span<known_service const> services)
{
    bool const asks = std::any_of(rule.subjects.begin(), rule.subjects.end(), [](access_subject const& s) {
        return s.what == kind::user || s.what == kind::group;
    });
    auto const service = std::find_if(services.begin(), services.end(),
                                      [&](known_service const& s) { return s.name == rule.service; });
    if (asks && (service == services.end() || !service->has_paths))
        return problem{quoted(rule.text) +
                       " names a user or group with a password, which HTTP alone asks for: "
                       "write http for the service, or unix:uid=NAME for who comes over a "
                       "UNIX socket"};
    return {};
}

} // namespace

std::vector<std::string_view> split_words(std::string_view text)
{
    std::vector<std::string_view> words;
    while (!text.empty()) {
        auto const end = std::min(text.find_first_of(" \t"), text.size());
        if (end > 0)
            words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

checked<subjects> parse_access_subject(std::string_view text)
{
    if (text == "all")
        return one({kind::everyone, {}});
    if (text == "loopback")
        return subjects{{kind::address, range_of({false, 0, 0x7F000000}, 8)},
                        {kind::address, range_of({true, 0, 1}, 128)}};
    if (text == "unix")
        return one({kind::unix_peer, {}});
    if (text.starts_with("unix:"))
        return parse_unix(text);
    for (auto const& [prefix, what] : {std::pair{std::string_view("user:"), kind::user},
                                       std::pair{std::string_view("group:"), kind::group}}) {
        if (!text.starts_with(prefix))
            continue;
        std::string_view const name = text.substr(prefix.size());
        if (name.empty() || name.find(':') != std::string_view::npos)
            return problem{quoted(text) + " names nobody: write " + std::string(prefix) + "NAME"};
        return one({what, {}, 0, std::string(name)});
    }
    bool const looks_like_address = text.find(':') != std::string_view::npos ||
                                    text.find('/') != std::string_view::npos ||
                                    (text.find_first_of("0123456789") == 0 &&
                                     text.find_first_not_of("0123456789.") == std::string_view::npos);
    if (looks_like_address) {
        auto const range = parse_address_range(text);
        return range ? checked<subjects>(one({kind::address, *range})) : range.error();
    }
    if (auto name = comparable_host(text); is_domain_name(name) && name.back() != '.')
        return one({kind::name, {}, 0, std::move(name)});
    return problem{quoted(text) +
                   " is nobody that a rule can name: write all, an address (192.0.2.7, 10.0.0.0/8, "
                   "2001:db8::/32), loopback, a domain name (host.example.org, .example.org), unix, "
                   "unix:uid=NAME, unix:gid=NAME, user:NAME or group:NAME"};
}

checked<access_rule> parse_access_rule(std::string_view text, std::span<known_service const> services)
{
    auto const words = split_words(text);
    access_rule made;
    for (auto const word : words)
        made.text += (made.text.empty() ? "" : " ") + std::string(word);
    if (words.size() < 3 || (words[0] != "allow" && words[0] != "deny"))
        return problem{quoted(text) +
                       " is not an access rule: write allow or deny, a service or all, a prefix of "
                       "URLs if it is http, and whom, such as 'deny http /private/ 10.0.0.0/8'"};
    made.allow = words[0] == "allow";
    std::size_t next = 2;
    auto const service = std::find_if(services.begin(), services.end(),
                                      [&](known_service const& s) { return s.name == words[1]; });
    if (words[1] != "all") {
        if (service == services.end())
            return bad_service(words[1], services);
        made.service = service->name;
    }
    if (words[2].starts_with('/')) {
        if (service == services.end() || !service->has_paths)
            return problem{quoted(text) + ": " + std::string(words[1]) +
                           " has no paths: leave out the prefix, or write http for the service"};
        auto place = parse_url_prefix(words[2]);
        if (!place)
            return place.error();
        if (std::count(place->path.begin(), place->path.end(), '/') > static_cast<int>(most_segments))
            return problem{quoted(words[2]) + " has more than " + std::to_string(most_segments) +
                           " segments: write a shorter prefix"};
        made.place = std::move(*place);
        ++next;
    }
    if (next == words.size())
        return problem{quoted(text) + " says nothing about whom: add all, an address, a name, a user"};
    for (; next < words.size(); ++next) {
        auto const parsed = parse_access_subject(words[next]);
        if (!parsed && next == 2 && service != services.end() && service->has_paths)
            return problem{parsed.error().text + "; a prefix of URLs begins with a slash"};
        if (!parsed)
            return parsed.error();
        made.subjects.insert(made.subjects.end(), parsed->begin(), parsed->end());
    }
    if (auto const checked_subjects = check_subjects(made, services); !checked_subjects)
        return checked_subjects.error();
    return made;
}

std::string to_string(access_subject const& subject)
{
    switch (subject.what) {
    case kind::everyone:
        return "all";
    case kind::address:
        return to_string(subject.range);
    case kind::unix_peer:
        return "unix";
    case kind::unix_user:
        return "unix:uid=" + std::to_string(subject.id);
    case kind::unix_group:
        return "unix:gid=" + std::to_string(subject.id);
    case kind::name:
        return subject.name;
    case kind::user:
        return "user:" + subject.name;
    case kind::group:
        return "group:" + subject.name;
    }
    return {};
}

bool matches_name(access_subject const& subject, std::string_view name) noexcept
{
    std::string_view const wanted = subject.name;
    if (!wanted.starts_with('.'))
        return name == wanted;
    return name.ends_with(wanted) || name == wanted.substr(1);
}

bool covers(access_subject const& whole, access_subject const& other) noexcept
{
    switch (whole.what) {
    case kind::everyone:
        return true;
    case kind::address:
        return other.what == kind::address && whole.range.contains(other.range);
    case kind::unix_peer:
        return other.what == kind::unix_peer || other.what == kind::unix_user ||
               other.what == kind::unix_group;
    case kind::name:
        return other.what == kind::name && (whole.name == other.name || matches_name(whole, other.name) ||
                                            (whole.name.front() == '.' && other.name.ends_with(whole.name)));
    case kind::user:
        return (other.what == kind::user && (whole.name == "*" || whole.name == other.name)) ||
               (other.what == kind::group && whole.name == "*");
    case kind::unix_user:
    case kind::unix_group:
    case kind::group:
        break;
    }
    return whole == other;
}

checked<std::string> rule_of_http(std::string_view text)
{
    auto const words = split_words(text);
    if (words.size() < 2)
        return problem{quoted(text) +
                       " is not an access rule for HTTP: write one such as 'deny /private/ all'"};
    std::string made(words[0]);
    made += words[1].starts_with('/') ? " http" : " http /";
    for (std::size_t i = 1; i < words.size(); ++i)
        made.append(" ").append(words[i]);
    return {boost::system::in_place_value, std::move(made)};
}

} // namespace polyport
