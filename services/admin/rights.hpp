// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace polyport::admin {

enum class right : std::uint8_t { none, read, write };

/// Who else may read: `*` (whoever can connect), `USER`, or `:GROUP`.
struct reader {
    std::optional<uid_t> user;
    std::optional<gid_t> group; ///< neither: everybody
};

checked<reader> parse_reader(std::string_view text);

/// Root and `owner`, whom the daemon runs as, may write; `readers` may read.
right right_of(uid_t user, std::span<gid_t const> groups, uid_t owner,
               std::span<reader const> readers) noexcept;

/// Tokens for TCP, from a file with one a line: `TOKEN`, or `read TOKEN` for one that only reads. Empty lines
/// and those that begin with # are passed over.
class token_list {
public:
    static constexpr std::size_t min_length = 16;

    token_list() = default;
    /// Refuses a file that others may read, a token that is short or no `token68` of RFC 9110, and an empty
    /// list.
    static checked<token_list> from_file(std::string const& path);
    static checked<token_list> from_text(std::string_view text, std::string const& path);

    bool empty() const noexcept { return tokens_.empty(); }
    /// Of an Authorization field. Takes as long for a token that is nearly right as for any other.
    right right_of(std::string_view authorization) const noexcept;

private:
    struct token {
        std::string text;
        right grants;
    };
    std::vector<token> tokens_;
};

} // namespace polyport::admin
