// SPDX-License-Identifier: BSL-1.0
#include "services/http/auth/login.hpp"

#include "common/blocking.hpp"
#include "services/http/auth/password_hash.hpp"

#include <algorithm>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace polyport::http {
namespace {

constexpr std::chrono::seconds looked_at_every{1};
constexpr std::size_t threads = 2;
constexpr int niceness = 5; // a third of the share of others; with much more, a busy machine lets nobody in
constexpr std::size_t most_complaints = 10;

/// In Linux a thread has a priority of its own.
void give_way()
{
    thread_local bool const done = ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness) == 0;
    (void)done;
}

/// One of those who wait, as long as it lives.
class counted {
public:
    explicit counted(std::size_t& count) : count_(count) { ++count_; }
    counted(counted const&) = delete;
    counted& operator=(counted const&) = delete;
    ~counted() { --count_; }

private:
    std::size_t& count_;
};

} // namespace

user_directory::user_directory(logger& log, std::uint64_t number, std::string users, std::string groups)
    : log_(log), number_(number), users_{std::move(users), std::nullopt},
      groups_{std::move(groups), std::nullopt}
{
    refresh(time_point::max());
    looked_at_ = {};
}

void user_directory::refresh(time_point now)
{
    if (now - looked_at_ < looked_at_every)
        return;
    looked_at_ = now;
    if (has_changed(users_))
        read_users();
    if (has_changed(groups_))
        read_groups();
}

bool user_directory::has_changed(source_file& file)
{
    if (file.path.empty())
        return false;
    auto const stamp = stamp_of(file.path);
    if (stamp == file.stamp)
        return false;
    file.stamp = stamp;
    if (stamp && stamp->is_open_to_all())
        log_.warning("password-file-open", {{"file", file.path},
                                            {"reason", "everybody may read or change it"},
                                            {"remedy", "chmod o= FILE"}});
    return true;
}

void user_directory::complain(std::string const& path, std::vector<std::string> const& problems)
{
    for (std::size_t i = 0; i < std::min(problems.size(), most_complaints); ++i)
        log_.warning("password-file-line", {{"file", path}, {"problem", problems[i]}});
    if (problems.size() > most_complaints)
        log_.warning("password-file-line", {{"file", path}, {"more", problems.size() - most_complaints}});
}

void user_directory::read_users()
{
    auto const text = read_small_file(users_.path);
    if (!text) {
        log_.error("password-file", {{"problem", text.error().text}});
        return;
    }
    table_ = parse_passwords(*text);
    hashes_.clear();
    for (auto const& [user, hash] : table_.hashes)
        hashes_.push_back(&hash);
    ++generation_;
    complain(users_.path, table_.problems);
    log_.info("password-file", {{"file", users_.path}, {"users", table_.hashes.size()}});
}

void user_directory::read_groups()
{
    auto const text = read_small_file(groups_.path);
    if (!text) {
        log_.error("password-file", {{"problem", text.error().text}});
        return;
    }
    group_table_ = parse_groups(*text);
    complain(groups_.path, group_table_.problems);
}

std::string user_directory::hash_for(std::string_view user, std::uint64_t stand_in, bool& exists) const
{
    auto const found = table_.hashes.find(user);
    exists = found != table_.hashes.end();
    if (exists)
        return found->second;
    return hashes_.empty() ? std::string() : *hashes_[stand_in % hashes_.size()];
}

bool user_directory::is_member(std::string_view user, std::string_view group) const
{
    auto const found = group_table_.members.find(group);
    return found != group_table_.members.end() && found->second.contains(user);
}

login_checker::login_checker(runtime& owner) : owner_(owner), threads_(owner.context(), threads) {}

std::optional<login_result> login_checker::known(user_directory const& users, credentials const& given)
{
    auto const key = cache_.key_of(users.number(), users.generation(), given.user, given.password);
    auto const found = cache_.find(key, coarse_now());
    if (!found)
        return std::nullopt;
    return *found ? login_result::good : login_result::bad;
}

task<login_result> login_checker::check(user_directory const& users, credentials const& given,
                                        std::optional<source> from)
{
    if (auto const before = known(users, given))
        co_return *before;
    if (waiting_ >= most_waiting || (from && of_source_.of(*from) >= most_of_a_source))
        co_return login_result::busy;
    bool exists = false;
    std::string const hash = users.hash_for(given.user, cache_.number_of(users.number(), given.user), exists);
    auto const key = cache_.key_of(users.number(), users.generation(), given.user, given.password);
    bool good = false;
    if (!hash.empty()) {
        counted const one(waiting_);
        source_counts::place of_source;
        if (from)
            of_source = {of_source_, *from};
        auto work = [hash, password = given.password] {
            give_way();
            return verify_password(password, hash);
        };
        auto const same = co_await run_on(threads_, owner_.context(), std::move(work));
        good = same && exists;
    }
    cache_.keep(key, good, coarse_now());
    co_return good ? login_result::good : login_result::bad;
}

} // namespace polyport::http
