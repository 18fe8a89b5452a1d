// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tests/integration/sockets.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::integration {

// Made by htpasswd of Apache 2.4.71: alice "open sesame" (bcrypt, cost 4), bob "apr secret" (apr1), dave
// "sha512 pw".
inline constexpr std::string_view users =
    "alice:$2y$04$4SXrrexiPJeOICpiOXKmK.8ATRYoNAk7LlyZZiz3duUKBeZtxastW\n"
    "bob:$apr1$U2tub3YJ$sHbcXWt7J5uXdt4kXNR001\n"
    "dave:$6$MtkhR1megr6W.6U8$GOX/X3lne5gtRODRYI/1OCl3gtjDhapV/"
    "yDcCLhSq4Vk5piLbG/EBWTZdO0Y3AVn3/c4QW6hnYuGqk/oteQZp1\n";
inline constexpr std::string_view alice = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n";
inline constexpr std::string_view bob = "Authorization: Basic Ym9iOmFwciBzZWNyZXQ=\r\n";
inline constexpr std::string_view dave = "Authorization: Basic ZGF2ZTpzaGE1MTIgcHc=\r\n";
inline constexpr std::string_view wrong = "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n";  // alice:wrong
inline constexpr std::string_view nobody = "Authorization: Basic bm9ib2R5OndoYXQ=\r\n"; // nobody:what

/// The field for a user and a password.
std::string login(std::string_view user, std::string_view password);

/// A site with a part that is for those with a password.
struct login_site {
    temporary_directory directory;
    std::filesystem::path root = directory / "root";
    std::filesystem::path passwords = directory / "passwords";
    std::filesystem::path groups = directory / "groups";

    login_site();

    /// A file for its owner alone.
    static void write_private(std::filesystem::path const& path, std::string_view content);
    /// The arguments that serve it with these rules for HTTP.
    std::vector<std::string> arguments(std::vector<std::string> const& rules) const;
    /// Adds a user whose hash takes a tenth of a second, and returns his field.
    std::string add_slow_user() const;
};

inline std::vector<std::string> const only_users{"allow /private/ user:*", "deny /private/ all"};

} // namespace polyport::integration
