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

} // namespace

user_directory::user_directory(logger& log, std::uint64_t number, std::string users, std::string groups)
    : log_(log), number_(number)
{
    users_.path = std::move(users);
    groups_.path = std::move(groups);
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
    if (stamp == file.stamp && !file.failed)
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

std::optional<std::string> user_directory::read(source_file& file)
{
    auto text = read_small_file(file.path);
    file.failed = !text;
    if (text)
        return std::move(*text);
    if (auto const held = file.complaints.admit(coarse_now()))
        log_.error("password-file", {{"problem", text.error().text},
                                     {"consequence", "those who were in it before stay valid"},
                                     {"held-back", *held}});
    return std::nullopt;
}

void user_directory::read_users()
{
    auto const text = read(users_);
    if (!text)
        return;
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
    auto const text = read(groups_);
    if (!text)
        return;
    auto const table = parse_groups(*text);
    groups_of_.clear();
    for (auto const& [group, users] : table.members)
        for (auto const& user : users)
            groups_of_[user].push_back(group);
    complain(groups_.path, table.problems);
}

std::string user_directory::hash_for(std::string_view user, std::uint64_t stand_in, bool& exists) const
{
    auto const found = table_.hashes.find(user);
    exists = found != table_.hashes.end();
    if (exists)
        return found->second;
    return hashes_.empty() ? std::string() : *hashes_[stand_in % hashes_.size()];
}

std::span<std::string const> user_directory::groups_of(std::string_view user) const
{
    auto const found = groups_of_.find(user);
    return found == groups_of_.end() ? std::span<std::string const>() : found->second;
}

login_checker::checking::checking(boost::asio::io_context& loop)
    : done(loop, boost::asio::steady_timer::time_point::max())
{
}

/// The place of a check among those that wait. When it goes, those who wait for its result have it.
class login_checker::turn {
public:
    turn(login_checker& of, login_cache::digest const& key, login_origin const& origin, user_of_source user)
        : of_(of), key_(key), user_(std::move(user)), shared_(std::make_shared<checking>(of.owner_.context()))
    {
        of_.under_way_.emplace(key_, shared_);
        ++of_.of_user_[user_];
        if (origin.from && !origin.exempt)
            of_source_ = {of_.of_source_, *origin.from};
    }
    turn(turn const&) = delete;
    turn& operator=(turn const&) = delete;
    ~turn()
    {
        of_.under_way_.erase(key_);
        auto const user = of_.of_user_.find(user_);
        if (--user->second == 0)
            of_.of_user_.erase(user);
        shared_->done.cancel();
    }

    void finish(login_result result) noexcept { shared_->result = result; }

private:
    login_checker& of_;
    login_cache::digest const key_;
    user_of_source const user_;
    std::shared_ptr<checking> const shared_;
    source_counts::place of_source_;
};

login_checker::login_checker(runtime& owner) : owner_(owner)
{
    threads_.emplace(owner.context(), threads);
}

std::optional<login_result> login_checker::known(user_directory const& users, credentials const& given)
{
    auto const key = cache_.key_of(users.number(), users.generation(), given.user, given.password);
    auto const found = cache_.find(key, coarse_now());
    if (!found)
        return std::nullopt;
    return *found ? login_result::good : login_result::bad;
}

bool login_checker::has_room(login_origin const& origin, user_of_source const& user) const
{
    if (under_way_.size() >= most_waiting)
        return false;
    if (origin.from && !origin.exempt && of_source_.of(*origin.from) >= most_of_a_source)
        return false;
    auto const found = of_user_.find(user);
    return found == of_user_.end() || found->second < most_of_a_user;
}

task<login_result> login_checker::check(user_directory const& users, credentials const& given,
                                        login_origin origin)
{
    if (auto const before = known(users, given))
        co_return *before;
    auto const key = cache_.key_of(users.number(), users.generation(), given.user, given.password);
    if (auto const same = under_way_.find(key); same != under_way_.end()) {
        auto const shared = same->second;
        co_await shared->done.async_wait(as_tuple_awaitable);
        co_return shared->result;
    }
    user_of_source user(origin.from ? origin.from->hash() : 0, given.user);
    if (!has_room(origin, user))
        co_return login_result::busy;
    bool exists = false;
    std::string const hash = users.hash_for(given.user, cache_.number_of(users.number(), given.user), exists);
    bool good = false;
    turn place(*this, key, origin, std::move(user));
    if (!hash.empty()) {
        ++checked_;
        auto work = [hash, password = given.password] {
            give_way();
            return verify_password(password, hash);
        };
        auto const same = co_await run_on(*threads_, owner_, std::move(work));
        good = same && exists;
    }
    cache_.keep(key, good, coarse_now());
    auto const result = good ? login_result::good : login_result::bad;
    place.finish(result);
    co_return result;
}

} // namespace polyport::http
