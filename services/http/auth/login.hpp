// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule_set.hpp"
#include "common/access/source_counts.hpp"
#include "common/runtime.hpp"
#include "common/task.hpp"
#include "common/worker_pool.hpp"
#include "services/http/auth/basic.hpp"
#include "services/http/auth/login_cache.hpp"
#include "services/http/auth/password_file.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::http {

/// The users of one file, and the groups of another. Looked at again when it is used and was last looked at a
/// second ago or more: who changes a file need not tell anybody. A line that is broken, and a file that
/// cannot be read any more, is logged; what was known before stays.
class user_directory final : public group_membership {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `groups` may be empty. Reads both.
    user_directory(logger& log, std::uint64_t number, std::string users, std::string groups);

    void refresh(time_point now);

    std::uint64_t number() const noexcept { return number_; }
    /// Another one whenever the users have changed.
    std::uint64_t generation() const noexcept { return generation_; }
    /// The hash to check a password of this user with. If there is no such user, that of another, whom
    /// `stand_in` chooses: the same one each time, and nobody can tell by the time that it is not his. Empty
    /// if there are no users at all.
    std::string hash_for(std::string_view user, std::uint64_t stand_in, bool& exists) const;
    bool is_member(std::string_view user, std::string_view group) const override;

private:
    struct source_file {
        std::string path;
        std::optional<file_stamp> stamp;
    };

    bool has_changed(source_file& file);
    void read_users();
    void read_groups();
    void complain(std::string const& path, std::vector<std::string> const& problems);

    logger& log_;
    std::uint64_t const number_;
    source_file users_;
    source_file groups_;
    time_point looked_at_{};
    std::uint64_t generation_ = 0;
    password_table table_;
    std::vector<std::string const*> hashes_; ///< of table_
    group_table group_table_;
};

enum class login_result : std::uint8_t {
    good,
    bad,
    busy, ///< too many passwords wait to be checked, or too many of this client's
};

/// Checks passwords off the loop, on threads of its own that give way to others, with a bound on how many
/// wait: for all, and for each source, so that who tries passwords out only waits for himself.
class login_checker {
public:
    static constexpr std::size_t most_waiting = 64;
    static constexpr std::uint32_t most_of_a_source = 4;

    explicit login_checker(runtime& owner);

    /// At once, if this login has been checked lately.
    std::optional<login_result> known(user_directory const& users, credentials const& given);
    /// Both live until it is done.
    task<login_result> check(user_directory const& users, credentials const& given,
                             std::optional<source> from);

private:
    runtime& owner_;
    login_cache cache_;
    std::size_t waiting_ = 0;
    source_counts of_source_;
    worker_pool threads_; ///< last: its jobs use the rest
};

} // namespace polyport::http
