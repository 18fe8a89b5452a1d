// SPDX-License-Identifier: BSL-1.0
#include "common/inherited_sockets.hpp"
#include "in_child.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace polyport;

constexpr char const* own_pid = "own";

void set(char const* name, char const* value)
{
    if (value == nullptr)
        ::unsetenv(name);
    else
        ::setenv(name, value, 1);
}

/// What the service manager does before it starts the daemon: sockets on 3 and 4, a file on 5, 6 not open.
void pass(char const* fds, char const* pid, char const* names)
{
    for (int fd = 3; fd < 100; ++fd)
        ::close(fd);
    for (int fd : {3, 4}) {
        int const socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
        if (socket != fd)
            ::dup2(socket, fd);
    }
    ::open("/dev/null", O_RDONLY); // 5
    set("LISTEN_FDS", fds);
    set("LISTEN_PID", pid == own_pid ? std::to_string(::getpid()).c_str() : pid);
    set("LISTEN_FDNAMES", names);
}

std::string joined(std::vector<std::string> const& names)
{
    std::string text;
    for (auto const& name : names)
        text += name + ' ';
    return text;
}

std::string outcome(char const* fds, char const* pid, char const* names)
{
    return test::in_child([=] {
        pass(fds, pid, names);
        auto const sockets = inherited_sockets::from_environment();
        if (std::getenv("LISTEN_FDS") || std::getenv("LISTEN_PID") || std::getenv("LISTEN_FDNAMES"))
            return std::string("left in the environment");
        return sockets ? joined(sockets->unclaimed()) : sockets.error().text;
    });
}

/// What several take() calls, one for each word, lead to.
std::string taken(char const* names, std::initializer_list<char const*> words)
{
    return test::in_child([=] {
        pass("3", own_pid, names);
        auto sockets = inherited_sockets::from_environment().value();
        std::string text;
        for (char const* const word : words) {
            auto const found = sockets.take(word);
            if (!found) {
                text += found.error().text;
                continue;
            }
            for (auto const& fd : *found)
                text += std::to_string(fd.get()) + ' ';
        }
        return text;
    });
}

bool is_open(int fd)
{
    return ::fcntl(fd, F_GETFD) >= 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(inherited_sockets)

BOOST_AUTO_TEST_CASE(the_environment_decides)
{
    struct {
        char const* fds;
        char const* pid;
        char const* names;
        std::string expected;
    } const table[] = {
        {nullptr, nullptr, nullptr, ""},
        {"2", nullptr, nullptr, ""},
        {nullptr, own_pid, "a:b", ""},
        {"2", "1", "a:b", ""},
        {"0", own_pid, nullptr, ""},
        {"2", own_pid, nullptr, "fd:unknown fd:unknown "},
        {"2", own_pid, "web:admin", "fd:web fd:admin "},
        {"2", own_pid, "web:web", "fd:web fd:web "},
        {"2", own_pid, ":", "fd: fd: "},
        {"2", own_pid, "web",
         "LISTEN_FDNAMES: 'web' has 1 name, but LISTEN_FDS says 2; give each socket one, with ':' between "
         "them"},
        {"1", own_pid, "a:b",
         "LISTEN_FDNAMES: 'a:b' has 2 names, but LISTEN_FDS says 1; give each socket one, with ':' between "
         "them"},
        {"4", own_pid, nullptr,
         "LISTEN_FDS: descriptor 6 is not open; pass as many sockets as it says, from descriptor 3 on"},
        {"x", own_pid, nullptr,
         "LISTEN_FDS: 'x' is not a number of sockets from 0 to 4096; the service manager sets it"},
        {"-1", own_pid, nullptr,
         "LISTEN_FDS: '-1' is not a number of sockets from 0 to 4096; the service manager sets it"},
        {"99999999999999999999", own_pid, nullptr,
         "LISTEN_FDS: '99999999999999999999' is not a number of sockets from 0 to 4096; the service manager "
         "sets it"},
        {"2", "1x", nullptr, "LISTEN_PID: '1x' is not a process number; the service manager sets it"},
    };
    for (auto const& row : table)
        BOOST_TEST(outcome(row.fds, row.pid, row.names) == row.expected);
}

BOOST_AUTO_TEST_CASE(a_name_or_a_number_takes_sockets_once)
{
    struct {
        char const* names;
        std::initializer_list<char const*> words;
        std::string expected;
    } const table[] = {
        {"web:admin:file", {"web", "admin"}, "3 4 "},
        {"web:web:file", {"web"}, "3 4 "},
        {"web:admin:file", {"4", "web"}, "4 3 "},
        {"4:web:file", {"4"}, "3 "}, // a name comes before a number
        {"web:admin:file",
         {"web", "web"},
         "3 fd:web: the inherited socket is in use by another endpoint already; name each once"},
        {"web:admin:file",
         {"web", "3"},
         "3 fd:3: the inherited socket is in use by another endpoint already; name each once"},
        {"web:admin:file",
         {"wob"},
         "fd:wob: no inherited socket has that name; there are: fd:web (descriptor 3), fd:admin (descriptor "
         "4), "
         "fd:file (descriptor 5)"},
        {"web:admin:file",
         {"0"},
         "fd:0: no inherited socket has that name; there are: fd:web (descriptor 3), fd:admin (descriptor "
         "4), "
         "fd:file (descriptor 5)"},
        {"web:admin:file",
         {"file"},
         "fd:file: the inherited descriptor 5 is not a socket; let the service manager pass one"},
    };
    for (auto const& row : table)
        BOOST_TEST(taken(row.names, row.words) == row.expected);
}

BOOST_AUTO_TEST_CASE(without_any_the_sentence_says_so)
{
    auto const found = polyport::inherited_sockets().take("web");
    BOOST_REQUIRE(found.has_error());
    BOOST_TEST(found.error().text ==
               "fd:web: no sockets were inherited (LISTEN_FDS); start the daemon from a service "
               "manager's socket unit, or name an address");
}

BOOST_AUTO_TEST_CASE(they_are_close_on_exec_and_non_blocking)
{
    BOOST_TEST(test::in_child([] {
                   pass("2", own_pid, "a:b");
                   auto const sockets = polyport::inherited_sockets::from_environment().value();
                   std::string text;
                   for (int fd : {3, 4}) {
                       text += (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 ? "cloexec " : "inherited ";
                       text += (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 ? "non-blocking " : "blocking ";
                   }
                   return text;
               }) == "cloexec non-blocking cloexec non-blocking ");
}

BOOST_AUTO_TEST_CASE(unclaimed_ones_are_closed_and_named)
{
    BOOST_TEST(test::in_child([] {
                   pass("2", own_pid, "a:b");
                   auto sockets = polyport::inherited_sockets::from_environment().value();
                   auto const kept = sockets.take("a").value();
                   std::string text = joined(sockets.close_unclaimed());
                   text += is_open(3) ? "3 open " : "3 closed ";
                   text += is_open(4) ? "4 open" : "4 closed";
                   return text + std::to_string(sockets.unclaimed().size());
               }) == "fd:b 3 open 4 closed0");
}

BOOST_AUTO_TEST_SUITE_END()
