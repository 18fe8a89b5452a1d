// SPDX-License-Identifier: BSL-1.0
#include "common/access/access_question.hpp"

#include "common/quoted.hpp"

#include <algorithm>
#include <cstdint>

namespace polyport {
namespace {

using subject_kind = access_subject::kind;

/// An address as logs have it: `192.0.2.7:4711`, `[2001:db8::7]:4711`; without port and brackets.
std::string_view without_port(std::string_view word)
{
    constexpr std::string_view digits = "0123456789";
    auto const is_port = [&](std::string_view text) {
        return text.empty() || (text.size() > 1 && text.front() == ':' &&
                                text.substr(1).find_first_not_of(digits) == std::string_view::npos);
    };
    if (auto const close = word.find(']'); word.starts_with('[') && close != std::string_view::npos)
        return is_port(word.substr(close + 1)) ? word.substr(1, close - 1) : word;
    auto const colon = word.find(':');
    bool const is_ipv4 = colon != std::string_view::npos && parse_ip(word.substr(0, colon));
    return is_ipv4 && is_port(word.substr(colon)) ? word.substr(0, colon) : word;
}

problem said_twice(std::string_view word, std::string const& what)
{
    return problem{quoted(word) + " is a second " + what + ": ask about one client at a time"};
}

checked<void> take_text(std::string& into, std::string const& value, std::string_view word,
                        std::string const& what)
{
    if (!into.empty())
        return said_twice(word, what);
    into = value;
    return {};
}

checked<void> take_id(access_facts& facts, access_subject const& subject, std::string_view word)
{
    constexpr auto not_known = static_cast<std::uint32_t>(-1);
    bool const is_user = subject.what == subject_kind::unix_user;
    facts.over_unix = true;
    auto peer = facts.peer.value_or(ucred{0, not_known, not_known});
    auto& id = is_user ? peer.uid : peer.gid;
    if (id != not_known)
        return said_twice(word, is_user ? "uid" : "gid");
    id = subject.id;
    facts.peer = peer;
    return {};
}

checked<void> take_fact(access_question& asked, std::string_view word)
{
    auto const parsed = parse_access_subject(without_port(word));
    if (!parsed)
        return parsed.error();
    auto const& subject = parsed->front();
    auto& facts = asked.facts;
    switch (subject.what) {
    case subject_kind::address:
        if (parsed->size() > 1 || subject.range.first != subject.range.last)
            return problem{quoted(word) + " is more than one address: write the one that asks"};
        if (facts.address)
            return said_twice(word, "address");
        facts.address = subject.range.first;
        return {};
    case subject_kind::unix_peer:
        facts.over_unix = true;
        return {};
    case subject_kind::unix_user:
    case subject_kind::unix_group:
        return take_id(facts, subject, word);
    case subject_kind::name:
        return take_text(asked.name, subject.name, word, "domain name");
    case subject_kind::user:
        if (subject.name == "*")
            break;
        return take_text(asked.user, subject.name, word, "user");
    case subject_kind::group:
        asked.groups.push_back(subject.name);
        return {};
    case subject_kind::everyone:
        break;
    }
    return problem{quoted(word) + " is not one client: write its address, unix:uid=NAME or user:NAME"};
}

/// A client comes over the one or the other.
checked<void> check_facts(access_question const& asked)
{
    auto const& facts = asked.facts;
    if (facts.over_unix && (facts.address || !asked.name.empty()))
        return problem{quoted(asked.text) +
                       " is about an IP and a UNIX client at once: ask about one client at a time"};
    return {};
}

bool is_target(std::string_view word)
{
    return word.starts_with('/') || word.starts_with("http://");
}

} // namespace

checked<access_question> parse_access_question(std::string_view text, std::span<known_service const> services,
                                               place_reader const& place_of)
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
    if (is_target(words[1])) {
        if (!service->has_paths)
            return problem{quoted(text) + ": " + service->name + " has no paths: leave it out"};
        auto const place = place_of(service->name, words[1]);
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
    if (auto const good = check_facts(asked); !good)
        return good.error();
    return asked;
}

} // namespace polyport
