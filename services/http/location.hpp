// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rate_table.hpp"
#include "common/access/rule_set.hpp"
#include "common/url_prefix.hpp"
#include "services/http/cgi/lookup.hpp"
#include "services/http/content_type.hpp"
#include "services/http/document_root.hpp"
#include "services/http/error_page.hpp"
#include "services/http/served_file.hpp"
#include "services/http/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace polyport::http {

/// A place in the tree of URLs: where its files are, and all that is set for them.
struct location {
    url_prefix prefix;
    std::string_view site; ///< the host that it belongs to; empty for the default one
    document_root const* root = nullptr;
    std::size_t cut = 0; ///< bytes of a request's path that the root stands for
    std::vector<std::string> index;
    bool listing = false;
    bool hidden = false;
    load_settings loading;
    std::shared_ptr<content_types const> types;
    std::map<std::uint16_t, stored_page> error_pages;
    cgi::program_rules programs;
    std::string users; ///< file; empty: nobody can log in
    std::string groups;
    std::string realm;
    satisfy_mode satisfy = satisfy_mode::any;
    std::shared_ptr<rate_table> requests; ///< of each source; null: no limit

    /// A request's path as the root has it. `path` is the location's prefix or below it.
    std::string below_root(std::string_view path) const;
    /// The name of a file that a path stands for, whether there is one or not.
    std::string real_name(std::string_view path) const { return root->directory() + below_root(path); }
};

/// The tree of virtual directories, for each host. Made at start; lookups do not allocate.
class location_table {
public:
    /// Throws start_error. `types` are those that all have before their own.
    location_table(settings const& from, content_types const& types);
    location_table(location_table const&) = delete;
    location_table& operator=(location_table const&) = delete;

    /// Whether it matters which host a request is for.
    bool has_hosts() const noexcept { return !hosts_.empty(); }

    /// The place of a normalised path: the longest prefix, of whole segments. An unknown host is the default.
    /// `host` as comparable_host() makes it; it may be empty where has_hosts() is false.
    location const& find(std::string_view host, std::string_view path) const;

    std::vector<std::unique_ptr<location const>> const& all() const noexcept { return locations_; }

    /// Where requests go that cannot be understood.
    location const& fallback() const noexcept { return *default_.whole; }

private:
    struct site {
        location const* whole = nullptr;
        std::unordered_map<std::string_view, location const*> parts; ///< by the prefix's path
        std::size_t longest = 0;                                     ///< bytes of a prefix among them
    };

    site make_site(settings const& from, content_types const& types, std::string const& host);
    std::shared_ptr<rate_table> rates_for(rate const& setting);
    document_root const* root_for(std::string const& directory, symlink_policy links);

    std::map<std::pair<std::string, symlink_policy>, document_root> roots_;
    std::map<rate const*, std::shared_ptr<rate_table>> rates_; ///< one for each place that sets one
    std::vector<std::unique_ptr<location const>> locations_;
    site default_;
    std::map<std::string, site, std::less<>> hosts_;
};

} // namespace polyport::http
