// SPDX-License-Identifier: BSL-1.0
#include "common/access_log.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>

namespace {

using namespace polyport;
using namespace std::chrono_literals;
using test::contents;
using test::temporary_folder;

polyport::access_record request(unsigned status)
{
    return {.time = std::chrono::system_clock::now(),
            .remote = "192.0.2.7",
            .request = "GET / HTTP/1.1",
            .status = status,
            .body_bytes = 5};
}

} // namespace

BOOST_AUTO_TEST_SUITE(access_log)

BOOST_AUTO_TEST_CASE(a_line_for_each_request)
{
    temporary_folder const folder;
    {
        polyport::access_log log(folder / "access", access_log_format::common);
        for (unsigned number = 0; number < 5000; ++number)
            log.write(request(200));
        BOOST_TEST(log.dropped() == 0U);
    }
    std::string const text = contents(folder / "access");
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 5000);
    BOOST_TEST(text.starts_with("192.0.2.7 - - ["));
    BOOST_TEST(text.ends_with("] \"GET / HTTP/1.1\" 200 5\n"));
}

BOOST_AUTO_TEST_CASE(a_single_line_can_be_read_soon)
{
    temporary_folder const folder;
    polyport::access_log log(folder / "access", access_log_format::json);
    auto const before = std::chrono::steady_clock::now();
    log.write(request(404));
    while (contents(folder / "access").empty() && std::chrono::steady_clock::now() - before < 10s)
        std::this_thread::sleep_for(1ms);
    BOOST_TEST((std::chrono::steady_clock::now() - before < 1s));
}

BOOST_AUTO_TEST_CASE(reopening_follows_a_file_that_was_moved)
{
    temporary_folder const folder;
    polyport::access_log log(folder / "access", access_log_format::common);
    log.write(request(200));
    log.flush();
    std::filesystem::rename(folder / "access", folder / "access.1");
    BOOST_TEST(log.reopen().has_value());
    log.write(request(404));
    log.flush();
    BOOST_TEST(contents(folder / "access.1").ends_with(" 200 5\n"));
    BOOST_TEST(contents(folder / "access").ends_with(" 404 5\n"));
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_counted)
{
    polyport::access_log log("/dev/full", access_log_format::combined);
    log.write(request(200));
    log.flush();
    BOOST_TEST(log.dropped() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_ends_the_start)
{
    BOOST_CHECK_EXCEPTION(
        polyport::access_log("/none/log", access_log_format::common), start_error,
        [](start_error const& error) {
            return std::string_view(error.what()) ==
                   "access-log: '/none/log' cannot be opened: no such directory; create it or "
                   "name another file with --access-log FILE";
        });
}

BOOST_AUTO_TEST_SUITE_END()
