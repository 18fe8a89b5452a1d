// SPDX-License-Identifier: BSL-1.0
#include "common/error.hpp"
#include "common/ready_report.hpp"
#include "common/unique_fd.hpp"
#include "ip.hpp"
#include "temporary_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace polyport;
using test::contents;
using test::ip;
using test::temporary_folder;

template <class Call>
std::string failure(Call call)
{
    try {
        call();
    } catch (start_error const& error) {
        return error.what();
    }
    return "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(ready_report)

BOOST_AUTO_TEST_CASE(is_the_line_of_the_launch_contract)
{
    std::vector<ready_endpoint> const endpoints{
        {"tcp-uppercase", "tcp", ip("127.0.0.1", 40123)},
        {"udp-uppercase", "udp", ip("::1", 40124)},
        {"local-stream", "unix", socket_address::from_unix("/tmp/x.sock")},
        {"local-datagram", "unixgram", socket_address::from_unix(std::string_view("\0demo", 5))},
    };
    BOOST_TEST(polyport::ready_report(77, "0.1.0", endpoints) ==
               R"({"pid":77,"version":"0.1.0","endpoints":[)"
               R"({"service":"tcp-uppercase","transport":"tcp","address":"127.0.0.1","port":40123},)"
               R"({"service":"udp-uppercase","transport":"udp","address":"::1","port":40124},)"
               R"({"service":"local-stream","transport":"unix","path":"/tmp/x.sock"},)"
               R"({"service":"local-datagram","transport":"unixgram","path":"@demo"}]})"
               "\n");
}

BOOST_AUTO_TEST_CASE(is_valid_json_whatever_a_path_is_called)
{
    for (char const* const path :
         {"/tmp/a\"b\\c", "/tmp/new\nline", "/tmp/\xff\xfe", "/tmp/m\xc3\xbcnchen"}) {
        std::vector<ready_endpoint> const endpoints{
            {"local-stream", "unix", socket_address::from_unix(path)}};
        std::string const line = polyport::ready_report(1, "0", endpoints);
        BOOST_TEST(line.find('\n') == line.size() - 1);
        boost::json::error_code error;
        boost::json::parse(line, error);
        BOOST_TEST(!error, line);
    }
}

BOOST_AUTO_TEST_CASE(a_file_is_put_in_place_and_replaced)
{
    temporary_folder const folder;
    ::umask(022);
    write_ready_file(folder / "ready", "one\n");
    BOOST_TEST(contents(folder / "ready") == "one\n");
    write_ready_file(folder / "ready", "two\n");
    BOOST_TEST(contents(folder / "ready") == "two\n");
    BOOST_TEST(folder.names().size() == 1U);
    auto const permissions = std::filesystem::status(folder / "ready").permissions();
    BOOST_TEST((permissions == std::filesystem::perms(0644)));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_leaves_nothing_behind)
{
    temporary_folder const folder;
    std::filesystem::create_directory(folder / "taken");
    BOOST_TEST(failure([&] { write_ready_file(folder / "taken", "x\n"); }) ==
               "ready-file: '" + folder / "taken" +
                   "' cannot be written: Is a directory; name another file with --ready-file FILE");
    BOOST_TEST(folder.names().size() == 1U);
    BOOST_TEST(
        failure([&] { write_ready_file(folder / "none/ready", "x\n"); }) ==
        "ready-file: '" + folder / "none/ready" +
            "' cannot be created: No such file or directory; name a file in a folder that this user may "
            "write to with --ready-file FILE");
}

BOOST_AUTO_TEST_CASE(the_report_of_a_process_that_is_gone_is_removed_and_nothing_else)
{
    temporary_folder const folder;
    auto const path = folder / "ready";
    pid_t const child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0)
        ::_exit(0);
    BOOST_TEST_REQUIRE(::waitpid(child, nullptr, 0) == child); // its number is free now
    struct row {
        std::string text;
        bool stays;
    };
    std::vector<row> const table{
        {polyport::ready_report(child, "1", {}), false},
        {polyport::ready_report(::getpid(), "1", {}), false}, // of the start before, in a container
        {polyport::ready_report(::getppid(), "1", {}), true},
        {"{\"pid\":-1}", true},
        {"{\"pid\":\"1\"}", true},
        {"{}", true},
        {"[]", true},
        {"a letter to my aunt", true},
        {"", true},
    };
    for (auto const& one : table) {
        write_ready_file(path, one.text);
        remove_stale_ready_file(path);
        BOOST_TEST(std::filesystem::exists(path) == one.stays, one.text);
    }
    std::filesystem::create_directory(folder / "folder");
    remove_stale_ready_file(folder / "folder");
    remove_stale_ready_file(folder / "none");
    BOOST_TEST(std::filesystem::is_directory(folder / "folder"));
}

BOOST_AUTO_TEST_CASE(a_descriptor_gets_all_of_the_text_and_its_end)
{
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    unique_fd const read_end(ends[0]);
    // Fewer bytes at a time than the text has, and never a blocking write: short writes and EAGAIN both
    // happen.
    ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    std::string const text(100'000, 'x');
    std::string got;
    std::thread reader([&] {
        char part[1000];
        for (ssize_t count; (count = ::read(read_end.get(), part, sizeof part)) > 0;)
            got.append(part, static_cast<std::size_t>(count));
    });
    write_ready_fd(ends[1], text);
    reader.join();
    BOOST_TEST((got == text));
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_cannot_be_written_is_named)
{
    BOOST_TEST(
        failure([] { write_ready_fd(987, "x\n"); }) ==
        "ready-fd: descriptor 987 cannot be written: Bad file descriptor; pass one that is open for writing "
        "and whose reader is there");
}

BOOST_AUTO_TEST_SUITE_END()
