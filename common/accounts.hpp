// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace polyport {

/// Users and groups of this machine, by name or by number. Blocking; for start-up.
checked<uid_t> user_id(std::string_view name_or_number);
checked<gid_t> group_id(std::string_view name_or_number);

/// Who owns a file: `user`, `user:group` or `:group`. What is not named stays as it is.
struct file_owner {
    std::optional<uid_t> user;
    std::optional<gid_t> group;
};

checked<file_owner> parse_owner(std::string_view text);

} // namespace polyport
