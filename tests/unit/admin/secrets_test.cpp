// SPDX-License-Identifier: BSL-1.0
#include "common/option_binding.hpp"
#include "common/options.hpp"
#include "common/run.hpp"
#include "common/service.hpp"
#include "common/stream.hpp"
#include "common/unique_fd.hpp"
#include "services/admin/admin_service.hpp"
#include "tests/unit/common/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace polyport;

namespace {

/// A service of one's own with a key.
class locked final : public stream_service {
public:
    explicit locked(option_set& options)
    {
        options.group("Locked service");
        options.add("locked-key", "TEXT", "what opens it", bind_file_name(key_)).keep_secret();
    }
    task<> serve(stream) override { co_return; }

private:
    std::string key_;
};

int run_with_key(test::temporary_folder const& folder)
{
    auto const admin = folder / "admin.sock";
    auto const served = folder / "locked.sock";
    auto const log = folder / "log";
    std::vector<char const*> const arguments{
        "own",         "--locked",   served.c_str(), "--locked-key", "hunter2", "--admin",
        admin.c_str(), "--log-file", log.c_str(),    "--ready-fd",   "1"};
    service_definition const rows[] = {
        {"locked", transports::streams, "ADDR", "hold what is locked", make_service<locked>},
        {"admin",
         transports::streams,
         "ADDR",
         "let the daemon be steered",
         admin::make_admin_service,
         {.control = true}}};
    return polyport::run_services(static_cast<int>(arguments.size()), arguments.data(), {rows[0], rows[1]});
}

/// The whole answer of the control interface, which closes behind it.
std::string ask(std::string const& path, std::string const& target)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    unique_fd const socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(socket.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
        throw std::runtime_error("no connection");
    auto const request = "GET " + target + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
    if (::write(socket.get(), request.data(), request.size()) != static_cast<ssize_t>(request.size()))
        throw std::runtime_error("no request");
    std::string answer;
    char part[4096];
    for (ssize_t count; (count = ::read(socket.get(), part, sizeof part)) > 0;)
        answer.append(part, static_cast<std::size_t>(count));
    return answer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(the_control_interface_shows_no_secret_of_a_service)
{
    test::temporary_folder const folder;
    int ready[2];
    BOOST_TEST_REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
    pid_t const child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
        ::dup2(ready[1], STDOUT_FILENO);
        ::_exit(run_with_key(folder));
    }
    ::close(ready[1]);
    unique_fd const is_ready(ready[0]);
    pollfd one{is_ready.get(), POLLIN, 0};
    BOOST_TEST_REQUIRE(::poll(&one, 1, 60'000) == 1);
    char first = 0;
    BOOST_TEST_REQUIRE(::read(is_ready.get(), &first, 1) == 1, test::contents(folder / "log"));
    auto const shown = ask(folder / "admin.sock", "/config");
    BOOST_TEST(shown.starts_with("HTTP/1.1 200"), shown);
    BOOST_TEST(shown.find("\"name\":\"locked-key\"") != std::string::npos, shown);
    BOOST_TEST(shown.find("hunter2") == std::string::npos, shown);
    BOOST_TEST(::kill(child, SIGTERM) == 0);
    int status = -1;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
    BOOST_TEST(test::contents(folder / "log").find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
