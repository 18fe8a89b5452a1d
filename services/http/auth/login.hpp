// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rule_set.hpp"
#include "common/access/source_counts.hpp"
#include "common/log_throttle.hpp"
#include "common/runtime.hpp"
#include "common/task.hpp"
#include "common/worker_pool.hpp"
#include "services/http/auth/basic.hpp"
#include "services/http/auth/login_cache.hpp"
#include "services/http/auth/password_file.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::http {

/// The users of one file, and the groups of another. Looked at again when it is used and was last looked at a
/// second ago or more: who changes a file need not tell anybody. A line that is broken is logged. A file that
/// cannot be read any more is tried again each second, and logged once a minute; what was known before stays
/// meanwhile, so that a file that is being replaced locks nobody out.
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
    std::span<std::string const> groups_of(std::string_view user) const override;

private:
    struct source_file {
        std::string path;
        std::optional<file_stamp> stamp;
        bool failed = false;
        log_throttle complaints{1, std::chrono::minutes(1)};
    };

    bool has_changed(source_file& file);
    void read_users();
    void read_groups();
    std::optional<std::string> read(source_file& file);
    void complain(std::string const& path, std::vector<std::string> const& problems);

    logger& log_;
    std::uint64_t const number_;
    source_file users_;
    source_file groups_;
    time_point looked_at_{};
    std::uint64_t generation_ = 0;
    password_table table_;
    std::vector<std::string const*> hashes_;                                 ///< of table_
    std::map<std::string, std::vector<std::string>, std::less<>> groups_of_; ///< by user
};

enum class login_result : std::uint8_t {
    good,
    bad,
    busy, ///< too many passwords wait to be checked, or too many of this client's
};

/// Who sends a password.
struct login_origin {
    std::optional<source> from; ///< nothing for UNIX peers
    bool exempt = false;        ///< many people may come from there: its limit is none, but that of each user
};

/// Checks passwords off the loop, on threads of its own that give way to others, with a bound on how many
/// wait: for all, for each source, and for each user of a source. So who tries passwords out waits for
/// himself, and those who share an address with him wait for less than its share. Equal logins wait for one
/// check, and count once.
class login_checker {
public:
    static constexpr std::size_t most_waiting = 64;
    static constexpr std::uint32_t most_of_a_source = 8;
    static constexpr std::uint32_t most_of_a_user = 4; ///< from one source

    explicit login_checker(runtime& owner);

    /// At once, if this login has been checked lately.
    std::optional<login_result> known(user_directory const& users, credentials const& given);
    /// Both live until it is done.
    task<login_result> check(user_directory const& users, credentials const& given, login_origin origin);

    /// Ends its threads; no check() after that. Handlers that wait for one may be destroyed later.
    void stop() { threads_.reset(); }

    /// Hashes that have been worked out.
    std::uint64_t checked() const noexcept { return checked_; }

private:
    /// One check that is under way, for those who wait for it.
    struct checking {
        explicit checking(boost::asio::io_context& loop);
        boost::asio::steady_timer done; ///< cancelled when it is
        login_result result = login_result::busy;
    };
    class turn;
    using user_of_source = std::pair<std::uint64_t, std::string>;

    bool has_room(login_origin const& origin, user_of_source const& user) const;

    runtime& owner_;
    login_cache cache_;
    std::map<login_cache::digest, std::shared_ptr<checking>> under_way_;
    source_counts of_source_;
    std::map<user_of_source, std::uint32_t> of_user_;
    std::uint64_t checked_ = 0;
    std::optional<worker_pool> threads_; ///< last: its jobs use the rest
};

} // namespace polyport::http
