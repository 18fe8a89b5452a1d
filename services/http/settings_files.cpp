// SPDX-License-Identifier: BSL-1.0
#include "common/quoted.hpp"
#include "services/http/prefix_options.hpp"
#include "services/http/settings.hpp"

#include <algorithm>

namespace polyport::http {
namespace {

constexpr std::uint64_t most_cached = std::uint64_t{64} << 30;

/// Several names in one value, between commas or blanks.
option_binding bind_index(std::vector<std::string>& index)
{
    option_binding made = bind_list(index, parse_index_name, index);
    made.apply = [&index](option_value const& value) -> checked<void> {
        std::string_view rest = value.text;
        bool any = false;
        while (!rest.empty()) {
            auto const end = rest.find_first_of(", \t");
            std::string_view const name = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            if (name.empty())
                continue;
            checked<std::string> read = parse_index_name(name);
            if (!read)
                return read.error();
            index.push_back(std::move(*read));
            any = true;
        }
        if (!any)
            return problem{quoted(value.text) + " names no file: write one such as index.html"};
        return {};
    };
    return made;
}

/// `PREFIX=DIR`
option_binding bind_alias(prefix_settings& below)
{
    option_binding made;
    made.repeatable = true;
    made.reset = [&below] {
        for (auto& [prefix, settings] : below)
            settings.directory.reset();
    };
    made.apply = [&below](option_value const& value) -> checked<void> {
        auto const parts = split_prefixed(value.text);
        if (!parts)
            return problem{quoted(value.text) + " is not a virtual directory: write /PREFIX=DIR, such as "
                                                "/icons=/usr/share/icons"};
        auto prefix = parse_url_prefix(parts->prefix);
        if (!prefix)
            return prefix.error();
        if (*prefix == url_prefix{})
            return problem{quoted(value.text) + " stands for everything: write --http-root " +
                           std::string(parts->value)};
        auto directory = parse_directory(parts->value);
        if (!directory)
            return directory.error();
        auto& place = below[*prefix].directory;
        if (place)
            return problem{quoted(value.text) + ": " + to_string(*prefix) + " stands for " + quoted(*place) +
                           " already: give one directory"};
        place = std::move(*directory);
        return {};
    };
    return made;
}

checked<std::string> parse_cache_control(std::string_view text)
{
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; }))
        return problem{quoted(text) + " has bytes that cannot stand in a header field: write ASCII text"};
    return {boost::system::in_place_value, text};
}

option_binding bind_cache_control(std::string& text)
{
    return bind_value(text, parse_cache_control);
}

option_binding bind_symlinks(symlink_policy& policy)
{
    return bind_choice<symlink_policy>(
        policy, {{"inside", symlink_policy::inside}, {"follow", symlink_policy::follow}});
}

option_binding bind_mime_types(std::vector<mime_override>& types)
{
    return bind_list(types, parse_mime_override);
}

option_binding bind_error_pages(std::vector<error_page>& pages)
{
    return bind_list(pages, parse_error_page);
}

} // namespace

void declare_files(option_set& options, settings& http)
{
    using below = directory_settings;
    options.group("HTTP",
                  "A value after PREFIX= holds for that part of the site alone: /pub/=on is for /pub "
                  "and all below it, //example.org/pub/=on for one host. The longest prefix wins, and "
                  "one with a host over those without.");
    options
        .add("http-root", "DIR", "the directory whose files are served",
             bind_value(http.root, parse_directory))
        .with_example("/srv/www");
    options
        .add("http-alias", "PREFIX=DIR",
             "a virtual directory: below this prefix, DIR takes the place of the root",
             bind_alias(http.below))
        .with_example("/icons=/usr/share/icons");
    options.add("http-index", "[PREFIX=]NAMES", "files that answer for a directory, in this order",
                per_prefix(bind_index, http.index, http.below, &below::index));
    options.add("http-listing", "[PREFIX=]SWITCH", "list a directory that has no index file",
                per_prefix(bind_switch, http.listing, http.below, &below::listing));
    options.add("http-symlinks", "[PREFIX=]POLICY",
                "follow symbolic links inside the root only, or wherever they lead",
                per_prefix(bind_symlinks, http.symlinks, http.below, &below::symlinks));
    options.add("http-hidden", "[PREFIX=]SWITCH",
                "serve files whose name begins with a dot, too; .well-known always is",
                per_prefix(bind_switch, http.hidden, http.below, &below::hidden));
    options.add("http-compress", "[PREFIX=]SWITCH", "compress text for clients that accept it",
                per_prefix(bind_switch, http.compress, http.below, &below::compress));
    options.add("http-file-cache", "SIZE", "memory for small files that are asked for often; 0 keeps none",
                bind_size(http.file_cache, 0, most_cached));
    options
        .add("http-cache-control", "[PREFIX=]TEXT", "the Cache-Control field that goes with files",
             per_prefix(bind_cache_control, http.cache_control, http.below, &below::cache_control))
        .with_example("max-age=3600");
    options
        .add("http-mime-type", "[PREFIX=].EXT=TYPE",
             "the content type of an extension, before the built-in ones",
             per_prefix(bind_mime_types, http.mime_types, http.below, &below::mime_types))
        .with_example(".md=text/markdown; charset=utf-8");
    options
        .add("http-error-page", "[PREFIX=]CODE=FILE",
             "a file to send in place of the built-in page for an error",
             per_prefix(bind_error_pages, http.error_pages, http.below, &below::error_pages))
        .with_example("404=/srv/errors/404.html");
}

} // namespace polyport::http
