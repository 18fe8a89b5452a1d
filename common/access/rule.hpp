// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/address_range.hpp"
#include "common/error.hpp"
#include "common/url_prefix.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace polyport {

/// Whom a rule is about.
struct access_subject {
    enum class kind : std::uint8_t {
        everyone,   ///< `all`
        address,    ///< `192.0.2.7`, `10.0.0.0/8`
        unix_peer,  ///< `unix`: whoever comes over a UNIX socket
        unix_user,  ///< `unix:uid=NAME`
        unix_group, ///< `unix:gid=NAME`: its primary group, which is all that the kernel tells
        name,       ///< `host.example.org`, `.example.org` (which is that name and all below it)
        user,       ///< `user:NAME`, or `user:*` for all
        group,      ///< `group:NAME`
    };

    kind what = kind::everyone;
    address_range range;   ///< kind::address
    std::uint32_t id = 0;  ///< kind::unix_user, kind::unix_group
    std::string name = {}; ///< kind::name in lower case, kind::user, kind::group

    friend bool operator==(access_subject const&, access_subject const&) = default;
};

/// Segments of a rule's prefix, at the most.
inline constexpr std::size_t most_segments = 24;

/// One rule: `ACTION SERVICE [PREFIX] WHOM…`.
struct access_rule {
    bool allow = false;
    std::string service;             ///< empty: all
    std::optional<url_prefix> place; ///< of HTTP requests; nothing: the whole service
    std::vector<access_subject> subjects;
    std::string text;   ///< as written, blanks made one
    std::string origin; ///< `command line` or `FILE:LINE`
};

/// A service that rules can name.
struct known_service {
    std::string name;
    bool has_paths = false; ///< its requests have URLs and users

    friend bool operator==(known_service const&, known_service const&) = default;
};

/// The problem is a sentence such as option_values.hpp returns. Looks up users and groups of this machine.
checked<access_rule> parse_access_rule(std::string_view text, std::span<known_service const> services);

/// Another way to write a rule for HTTP: `deny /private/ 10.0.0.0/8` is `deny http /private/ 10.0.0.0/8`, and
/// `deny 10.0.0.0/8` is `deny http / 10.0.0.0/8`.
checked<std::string> rule_of_http(std::string_view text);

/// One subject; `loopback` is two.
checked<std::vector<access_subject>> parse_access_subject(std::string_view text);

/// The words between blanks.
std::vector<std::string_view> split_words(std::string_view text);

/// As it is written.
std::string to_string(access_subject const& subject);

/// Whether `name` (of a host, in lower case) is what the subject says.
bool matches_name(access_subject const& subject, std::string_view name) noexcept;

/// Whether everyone whom `other` means is meant by `whole`, too.
bool covers(access_subject const& whole, access_subject const& other) noexcept;

} // namespace polyport
