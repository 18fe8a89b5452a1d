// SPDX-License-Identifier: BSL-1.0
#include "common/service_manager.hpp"
#include "common/unique_fd.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

using namespace polyport;
using test::temporary_folder;

/// NOTIFY_SOCKET for one test.
struct notify_socket {
    explicit notify_socket(std::string const& value) { ::setenv("NOTIFY_SOCKET", value.c_str(), 1); }
    ~notify_socket() { ::unsetenv("NOTIFY_SOCKET"); }
};

/// The service manager's end. A name that begins with '@' is abstract.
unique_fd manager_at(std::string name)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@')
        address.sun_path[0] = '\0';
    unique_fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    BOOST_REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr const*>(&address), length) == 0);
    return fd;
}

std::string received(unique_fd const& fd)
{
    char text[200];
    ssize_t const count = ::recv(fd.get(), text, sizeof text, 0);
    return count < 0 ? "nothing" : std::string(text, static_cast<std::size_t>(count));
}

} // namespace

BOOST_AUTO_TEST_SUITE(service_manager)

BOOST_AUTO_TEST_CASE(without_a_manager_nothing_is_sent)
{
    ::unsetenv("NOTIFY_SOCKET");
    BOOST_TEST(notify_service_manager("READY=1").value() == false);
    notify_socket const empty("");
    BOOST_TEST(notify_service_manager("READY=1").value() == false);
}

BOOST_AUTO_TEST_CASE(the_state_arrives_as_one_datagram)
{
    temporary_folder const folder;
    std::string const abstract = "@polyport-test-" + std::to_string(::getpid());
    for (std::string const& name : {folder / "notify", abstract}) {
        unique_fd const manager = manager_at(name);
        notify_socket const variable(name);
        BOOST_TEST(notify_service_manager("READY=1\nSTATUS=4 endpoints").value() == true);
        BOOST_TEST(received(manager) == "READY=1\nSTATUS=4 endpoints");
        BOOST_TEST(received(manager) == "nothing");
    }
}

BOOST_AUTO_TEST_CASE(the_watchdog_is_the_one_of_this_process)
{
    auto const self = std::to_string(::getpid());
    struct {
        char const *interval, *pid;
        std::int64_t expected; ///< microseconds; 0: none
    } const table[] = {
        {nullptr, nullptr, 0}, {"30000000", nullptr, 30'000'000},
        {"30000000", "1", 0},  {"30000000", self.c_str(), 30'000'000},
        {"0", nullptr, 0},     {"-5", nullptr, 0},
        {"", nullptr, 0},      {"30s", nullptr, 0},
        {"30000000", "", 0},   {"99999999999999999999", nullptr, 0},
    };
    for (auto const& row : table) {
        ::unsetenv("WATCHDOG_USEC");
        ::unsetenv("WATCHDOG_PID");
        if (row.interval)
            ::setenv("WATCHDOG_USEC", row.interval, 1);
        if (row.pid)
            ::setenv("WATCHDOG_PID", row.pid, 1);
        auto const interval = watchdog_interval();
        BOOST_TEST((interval ? interval->count() : 0) == row.expected);
    }
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
}

BOOST_AUTO_TEST_CASE(a_manager_that_is_not_there_is_an_error)
{
    temporary_folder const folder;
    std::pair<std::string, int> const table[] = {
        {folder / "none", ENOENT},
        {"relative", EAFNOSUPPORT},
        {"vsock:2:1234", EAFNOSUPPORT},
        {"/", EAFNOSUPPORT},
        {"/" + std::string(200, 'x'), ENAMETOOLONG},
    };
    for (auto const& [name, expected] : table) {
        notify_socket const variable(name);
        auto const sent = notify_service_manager("READY=1");
        BOOST_REQUIRE(sent.has_error());
        BOOST_TEST(sent.error().value() == expected, name);
    }
}

BOOST_AUTO_TEST_CASE(a_manager_that_does_not_read_is_not_waited_for)
{
    temporary_folder const folder;
    unique_fd const manager = manager_at(folder / "notify");
    notify_socket const variable(folder / "notify");
    bool refused = false;
    for (int number = 0; number < 100'000 && !refused; ++number)
        refused = notify_service_manager("STATUS=busy").has_error();
    BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(reloading_carries_the_time)
{
    std::string const state = reloading_state();
    BOOST_TEST(state.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    BOOST_TEST(std::stoll(state.substr(state.rfind('=') + 1)) > 0);
}

BOOST_AUTO_TEST_SUITE_END()
