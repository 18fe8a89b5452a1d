// SPDX-License-Identifier: BSL-1.0
#include "common/runtime.hpp"
#include "services/http/auth/login.hpp"
#include "tests/unit/common/temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <exception>
#include <fstream>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport;
using namespace polyport::http;

namespace {

// Made by htpasswd: alice "open sesame", bcrypt of cost 4.
constexpr std::string_view alice = "alice:$2y$04$4SXrrexiPJeOICpiOXKmK.8ATRYoNAk7LlyZZiz3duUKBeZtxastW\n";

struct site {
    test::temporary_folder folder;
    server_settings settings = [this] {
        server_settings made;
        made.log.file = folder / "log";
        return made;
    }();
    logger log{settings.log};
    std::optional<runtime> owner;
    std::optional<user_directory> users;
    std::optional<login_checker> checker;
    std::list<credentials> asked; // live while they are checked
    std::vector<std::unique_ptr<std::optional<login_result>>> results;

    site()
    {
        write(alice);
        owner.emplace(settings, log, RLIM_INFINITY);
        users.emplace(log, 1, folder / "users", "");
        checker.emplace(*owner);
    }
    ~site() { checker.reset(); }

    void write(std::string_view text) const { std::ofstream(folder / "users") << text; }

    void ask(std::string user, std::string password, std::string_view from, bool exempt = false)
    {
        login_origin origin;
        if (!from.empty())
            origin.from.emplace(parse_ip(from).value());
        origin.exempt = exempt;
        auto const& given = asked.emplace_back(credentials{std::move(user), std::move(password)});
        auto& into = *results.emplace_back(std::make_unique<std::optional<login_result>>());
        boost::asio::co_spawn(owner->context(), checker->check(*users, given, origin),
                              [&into](std::exception_ptr const&, login_result result) { into = result; });
    }
    /// Until all have their answer; how many have this one.
    std::size_t count(login_result which)
    {
        auto const is_done = [](auto const& result) { return result->has_value(); };
        while (!std::all_of(results.begin(), results.end(), is_done))
            owner->context().run_one();
        return static_cast<std::size_t>(std::count_if(
            results.begin(), results.end(), [which](auto const& result) { return **result == which; }));
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(login_checks)

BOOST_AUTO_TEST_CASE(equal_logins_at_once_are_checked_once)
{
    site at;
    for (int i = 0; i < 200; ++i)
        at.ask("alice", "open sesame", "192.0.2.1");
    for (int i = 0; i < 200; ++i)
        at.ask("alice", "wrong", "192.0.2.2");
    BOOST_TEST(at.count(login_result::good) == 200U);
    BOOST_TEST(at.count(login_result::bad) == 200U);
    BOOST_TEST(at.checker->checked() == 2U);
    at.ask("alice", "open sesame", "192.0.2.3");
    BOOST_TEST(at.count(login_result::good) == 201U);
    BOOST_TEST(at.checker->checked() == 2U); // remembered
}

BOOST_AUTO_TEST_CASE(a_user_of_a_source_has_so_many_and_a_source_more)
{
    site at;
    for (int i = 0; i < 20; ++i)
        at.ask("alice", std::to_string(i), "192.0.2.1");
    for (int i = 0; i < 20; ++i)
        at.ask("bob", std::to_string(i), "2001:db8::1");
    for (int i = 0; i < 20; ++i) // of the same network: one source
        at.ask("carol", std::to_string(i), "2001:db8::" + std::to_string(100 + i));
    for (int i = 0; i < 20; ++i) // the third user has nothing left of it
        at.ask("dave", std::to_string(i), "2001:db8::1");
    BOOST_TEST(at.count(login_result::bad) == 4U + 8U);
    BOOST_TEST(at.count(login_result::busy) == 80U - 12U);
    at.ask("dave", "0", "2001:db8::1"); // when they are done
    BOOST_TEST(at.count(login_result::bad) == 13U);
}

BOOST_AUTO_TEST_CASE(one_source_may_be_many_people)
{
    for (std::string_view const from : {"127.0.0.1", ""}) {
        site at;
        for (int user = 0; user < 10; ++user)
            for (int i = 0; i < 10; ++i)
                at.ask("user" + std::to_string(user), std::to_string(i), from, true);
        BOOST_TEST(at.count(login_result::bad) == 40U);
        BOOST_TEST(at.checker->checked() == 40U);
    }
}

BOOST_AUTO_TEST_CASE(so_many_wait_whoever_they_are)
{
    site at;
    for (int i = 0; i < 100; ++i)
        at.ask("alice", std::to_string(i), "192.0.2." + std::to_string(i));
    BOOST_TEST(at.count(login_result::bad) == login_checker::most_waiting);
    BOOST_TEST(at.count(login_result::busy) == 100U - login_checker::most_waiting);
}

// An unknown user takes as long as a known one, and is nobody, whatever the password.
BOOST_AUTO_TEST_CASE(the_hash_of_another_stands_in_for_an_unknown_user)
{
    site at;
    std::string const hash(alice.substr(6, alice.size() - 7));
    for (std::uint64_t number : {0U, 1U, 77U}) {
        bool exists = true;
        BOOST_TEST(at.users->hash_for("nobody", number, exists) == hash);
        BOOST_TEST(!exists);
        BOOST_TEST(at.users->hash_for("alice", number, exists) == hash);
        BOOST_TEST(exists);
    }
    at.ask("nobody", "open sesame", "192.0.2.1");
    BOOST_TEST(at.count(login_result::bad) == 1U);
    BOOST_TEST(at.checker->checked() == 1U); // the work was done
    // Among several it is always the same one.
    at.write(std::string(alice) + "bob:$2y$04$" + std::string(53, 'a') + "\n");
    user_directory const two(at.log, 2, at.folder / "users", "");
    bool exists = true;
    BOOST_TEST(two.hash_for("nobody", 4, exists) == two.hash_for("nobody", 4, exists));
    BOOST_TEST(two.hash_for("nobody", 4, exists) != two.hash_for("nobody", 5, exists));
}

BOOST_AUTO_TEST_CASE(without_users_nobody_waits_and_nobody_comes_in)
{
    site at;
    at.write("");
    user_directory const none(at.log, 2, at.folder / "users", "");
    bool exists = true;
    BOOST_TEST(none.hash_for("alice", 1, exists) == "");
    BOOST_TEST(!exists);
}

BOOST_AUTO_TEST_SUITE_END()
