// SPDX-License-Identifier: BSL-1.0
#include "services/http/location.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace polyport::http {
namespace {

/// What is set for one prefix and those above it, the nearest first: the longest prefix wins, and what is
/// said for the host wins over what is said for all.
using chain = std::vector<std::pair<url_prefix, directory_settings const*>>;

chain settings_for(url_prefix const& where, prefix_settings const& below)
{
    chain found;
    for (auto const& [prefix, own] : below)
        if (covers(prefix, where))
            found.emplace_back(prefix, &own);
    std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) {
        bool const a_has_host = !a.first.host.empty();
        bool const b_has_host = !b.first.host.empty();
        return a_has_host != b_has_host ? a_has_host : a.first.path.size() > b.first.path.size();
    });
    return found;
}

template <class T>
T nearest(chain const& from, std::optional<T> directory_settings::* member, T const& otherwise)
{
    for (auto const& [prefix, own] : from)
        if (own->*member)
            return *(own->*member);
    return otherwise;
}

std::string read_page(std::string const& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw start_error("http-error-page: '" + path + "' cannot be read; name a readable file");
    return {std::istreambuf_iterator<char>(file), {}};
}

void add_pages(std::map<std::uint16_t, stored_page>& to, std::vector<error_page> const& pages,
               content_types const& types)
{
    for (auto const& page : pages)
        to.insert_or_assign(page.status,
                            stored_page{std::string(types.find(page.file)), read_page(page.file)});
}

void add_types(content_types& to, std::vector<mime_override> const& own)
{
    for (auto const& type : own)
        to.add(type.extension, type.type);
}

} // namespace

std::string location::below_root(std::string_view path) const
{
    path.remove_prefix(std::min(cut, path.size()));
    return path.empty() ? "/" : std::string(path);
}

location_table::location_table(settings const& from, content_types const& types)
    : default_(make_site(from, types, {}))
{
    std::set<std::string> hosts;
    for (auto const& [prefix, own] : from.below)
        if (!prefix.host.empty())
            hosts.insert(prefix.host);
    for (auto const& host : hosts) {
        auto const entry = hosts_.try_emplace(host).first;
        entry->second = make_site(from, types, entry->first);
    }
}

document_root const* location_table::root_for(std::string const& directory, symlink_policy links)
{
    return &roots_.try_emplace({directory, links}, directory, links).first->second;
}

std::shared_ptr<rate_table> location_table::rates_for(rate const& setting)
{
    if (!setting.limits())
        return nullptr;
    auto& table = rates_[&setting];
    if (!table)
        table = std::make_shared<rate_table>(setting);
    return table;
}

location_table::site location_table::make_site(settings const& from, content_types const& types,
                                               std::string const& host)
{
    std::set<std::string> paths{""};
    for (auto const& [prefix, own] : from.below)
        if (prefix.host.empty() || prefix.host == host)
            paths.insert(prefix.path);

    site made;
    for (auto const& path : paths) {
        url_prefix const where{host, path};
        auto const settings = settings_for(where, from.below);
        auto const own_types = std::make_shared<content_types>(types);
        add_types(*own_types, from.mime_types);
        std::for_each(settings.rbegin(), settings.rend(), [&](auto const& of) {
            if (of.second->mime_types)
                add_types(*own_types, *of.second->mime_types);
        });

        auto const aliased = std::find_if(settings.begin(), settings.end(),
                                          [](auto const& of) { return of.second->directory.has_value(); });
        bool const has_alias = aliased != settings.end();
        auto const links = nearest(settings, &directory_settings::symlinks, from.symlinks);
        auto place = std::make_unique<location>(location{
            .prefix = where,
            .site = {},
            .root = root_for(has_alias ? *aliased->second->directory : from.root, links),
            .cut = has_alias ? aliased->first.path.size() : 0,
            .index = nearest(settings, &directory_settings::index, from.index),
            .listing = nearest(settings, &directory_settings::listing, from.listing),
            .hidden = nearest(settings, &directory_settings::hidden, from.hidden),
            .loading = {nearest(settings, &directory_settings::compress, from.compress),
                        nearest(settings, &directory_settings::cache_control, from.cache_control)},
            .types = own_types,
            .error_pages = {},
            .programs = cgi::program_rules(nearest(settings, &directory_settings::cgi_rules, from.cgi.rules)),
            .users = nearest(settings, &directory_settings::users, from.users),
            .groups = nearest(settings, &directory_settings::groups, from.groups),
            .realm = nearest(settings, &directory_settings::realm, from.realm),
            .satisfy = nearest(settings, &directory_settings::satisfy, from.satisfy),
            .requests = rates_for(nearest(settings, &directory_settings::request_rate, from.request_rate))});
        place->site = place->prefix.host;
        add_pages(place->error_pages, from.error_pages, *own_types);
        std::for_each(settings.rbegin(), settings.rend(), [&](auto const& of) {
            if (of.second->error_pages)
                add_pages(place->error_pages, *of.second->error_pages, *own_types);
        });

        if (path.empty())
            made.whole = place.get();
        else
            made.parts.emplace(place->prefix.path, place.get());
        made.longest = std::max(made.longest, path.size());
        locations_.push_back(std::move(place));
    }
    return made;
}

location const& location_table::find(std::string_view host, std::string_view path) const
{
    auto const* where = &default_;
    if (has_hosts())
        if (auto const known = hosts_.find(host); known != hosts_.end())
            where = &known->second;
    if (where->parts.empty())
        return *where->whole;
    while (!path.empty()) {
        if (path.size() <= where->longest)
            if (auto const found = where->parts.find(path); found != where->parts.end())
                return *found->second;
        path = path.substr(0, path.rfind('/'));
    }
    return *where->whole;
}

} // namespace polyport::http
