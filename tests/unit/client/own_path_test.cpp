// SPDX-License-Identifier: BSL-1.0
#include "client/own_path.hpp"
#include "common/unique_fd.hpp"
#include "tests/unit/client/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace polyport;
using namespace polyport::client;
namespace fs = std::filesystem;

namespace {

unique_fd datagram_socket()
{
    return unique_fd(::socket(AF_UNIX, SOCK_DGRAM, 0));
}

mode_t mode_of(std::string const& path)
{
    struct stat facts = {};
    BOOST_TEST(::stat(path.c_str(), &facts) == 0);
    return facts.st_mode & 0777;
}

endpoint_spec path_spec(std::string const& path)
{
    endpoint_spec spec;
    spec.type = endpoint_spec::kind::unix_path;
    spec.path = path;
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(own_path)

BOOST_AUTO_TEST_CASE(it_is_private_unless_a_server_of_another_user_must_reach_it)
{
    struct row {
        uid_t self;
        std::optional<uid_t> server;
        bool answered;
        char const* runtime;
        std::vector<std::string> directories;
        mode_t mode;
    };
    constexpr uid_t me = 1000;
    constexpr uid_t other = 33;
    for (row const& one : {
             row{me, me, true, "/run/user/1000", {"/run/user/1000", "/tmp"}, 0600},
             row{me, me, true, "", {"/tmp"}, 0600},
             row{me, me, true, "not/absolute", {"/tmp"}, 0600},
             row{me, other, true, "/run/user/1000", {"/tmp"}, 0666},
             row{me, 0, true, "/run/user/1000", {"/tmp"}, 0666}, // bound as root, rights dropped since
             row{0, 0, true, "/run/user/0", {"/tmp"}, 0666},     // the same
             row{me, std::nullopt, true, "/run/user/1000", {"/tmp"}, 0666}, // abstract: nobody's
             row{me, other, false, "/run/user/1000", {"/run/user/1000", "/tmp"}, 0600},
             row{0, other, false, "", {"/tmp"}, 0600},
         }) {
        auto const place = place_of_own_path(one.self, one.server, one.answered, one.runtime);
        BOOST_TEST(place.directories == one.directories, boost::test_tools::per_element());
        BOOST_TEST(place.mode == one.mode);
    }
}

BOOST_AUTO_TEST_CASE(the_name_carries_the_process_number)
{
    BOOST_TEST(own_name(1234, 1) == "polyport-1234.sock");
    BOOST_TEST(own_name(1234, 2) == "polyport-1234-2.sock");
}

BOOST_AUTO_TEST_CASE(it_exists_as_long_as_its_object)
{
    temporary_directory const directory;
    std::string const expected = directory / own_name(::getpid(), 1);
    for (mode_t const mode : {mode_t{0600}, mode_t{0666}}) {
        auto const socket = datagram_socket();
        auto const path = client::own_path::bind(socket.get(), std::nullopt, {{directory.path()}, mode});
        BOOST_TEST_REQUIRE(path.has_value());
        BOOST_TEST(path->text() == expected);
        BOOST_TEST(mode_of(expected) == mode);
    }
    BOOST_TEST(!fs::exists(expected));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_passed_over_and_never_removed)
{
    temporary_directory const directory;
    std::string const taken = directory / own_name(::getpid(), 1);
    std::ofstream(taken) << "mine";
    {
        auto const socket = datagram_socket();
        auto const path = client::own_path::bind(socket.get(), std::nullopt, {{directory.path()}, 0600});
        BOOST_TEST_REQUIRE(path.has_value());
        BOOST_TEST(path->text() == directory / own_name(::getpid(), 2));
    }
    BOOST_TEST(fs::exists(taken));

    auto const socket = datagram_socket();
    auto const refused = client::own_path::bind(socket.get(), path_spec(taken), {});
    BOOST_TEST_REQUIRE(refused.has_error());
    BOOST_TEST(refused.error().sentence.find("exists already; remove it") != std::string::npos);
    BOOST_TEST(fs::exists(taken));
}

BOOST_AUTO_TEST_CASE(a_directory_that_does_not_take_it_gives_way_to_the_next)
{
    temporary_directory const directory;
    auto const socket = datagram_socket();
    auto const path =
        client::own_path::bind(socket.get(), std::nullopt, {{directory / "missing", directory.path()}, 0600});
    BOOST_TEST_REQUIRE(path.has_value());
    BOOST_TEST(fs::path(path->text()).parent_path() == directory.path());

    auto const other = datagram_socket();
    auto const refused = client::own_path::bind(other.get(), std::nullopt, {{directory / "missing"}, 0600});
    BOOST_TEST_REQUIRE(refused.has_error());
    BOOST_TEST(refused.error().sentence.find("no such file or directory") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_signal_that_ends_the_process_removes_it)
{
    for (int const signal : {SIGHUP, SIGINT, SIGTERM, SIGQUIT}) {
        temporary_directory const directory;
        std::string const path = directory / "own.sock";
        pid_t const child = ::fork();
        if (child == 0) {
            std::signal(signal, SIG_DFL);
            auto const socket = datagram_socket();
            auto const bound = client::own_path::bind(socket.get(), path_spec(path), {});
            if (!bound || !fs::exists(path))
                ::_exit(1);
            ::raise(signal);
            ::_exit(2);
        }
        int status = 0;
        BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
        BOOST_TEST(WIFSIGNALED(status));
        BOOST_TEST(WTERMSIG(status) == signal);
        BOOST_TEST(!fs::exists(path));
    }
}

BOOST_AUTO_TEST_CASE(a_signal_that_was_ignored_stays_ignored)
{
    temporary_directory const directory;
    std::string const path = directory / "own.sock";
    pid_t const child = ::fork();
    if (child == 0) {
        std::signal(SIGHUP, SIG_IGN);
        auto const socket = datagram_socket();
        auto const bound = client::own_path::bind(socket.get(), path_spec(path), {});
        ::raise(SIGHUP);
        ::_exit(bound && fs::exists(path) ? 0 : 1);
    }
    int status = -1;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
