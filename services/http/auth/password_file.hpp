// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule_set.hpp"
#include "common/error.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::http {

/// Users and their hashed passwords: `USER:HASH` a line, `#` begins a comment.
struct password_table {
    std::map<std::string, std::string, std::less<>> hashes;
    std::vector<std::string> problems; ///< `line N: …` for each that is left out
};
password_table parse_passwords(std::string_view text);

/// Groups: `GROUP: USER USER` a line; one named twice has the users of both.
struct group_table {
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> members;
    std::vector<std::string> problems;
};
group_table parse_groups(std::string_view text);

/// What tells that a file has changed.
struct file_stamp {
    std::int64_t changed = 0; ///< nanoseconds
    std::int64_t size = -1;
    std::uint64_t inode = 0;
    unsigned mode = 0;

    bool is_open_to_all() const noexcept { return (mode & 06) != 0; }
    friend bool operator==(file_stamp const&, file_stamp const&) = default;
};

/// Nothing if it is not there.
std::optional<file_stamp> stamp_of(std::string const& path);

inline constexpr std::int64_t largest_password_file = 4 << 20;

/// The bytes of a file of users or groups, at most largest_password_file of them.
checked<std::string> read_small_file(std::string const& path);

} // namespace polyport::http
