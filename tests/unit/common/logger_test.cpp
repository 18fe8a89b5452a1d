// SPDX-License-Identifier: BSL-1.0
#include "common/log.hpp"
#include "common/unique_fd.hpp"
#include "temporary_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace {

using namespace polyport;
using test::contents;
using test::temporary_folder;

log_settings to(std::string file, log_format format = log_format::text)
{
    log_settings settings;
    settings.file = std::move(file);
    settings.format = format;
    return settings;
}

std::string without_time(std::string const& line)
{
    return line.substr(std::string_view("2026-11-21T01:02:03.123Z ").size());
}

} // namespace

BOOST_AUTO_TEST_SUITE(logger)

BOOST_AUTO_TEST_CASE(a_record_becomes_a_line)
{
    temporary_folder const folder;
    polyport::logger log(to(folder / "log"));
    log.info("opened", {{"service", "tcp-uppercase"}, {"port", 8000}}, 12);
    log.flush();
    BOOST_TEST(without_time(contents(folder / "log")) ==
               "info  opened connection=12 service=tcp-uppercase port=8000\n");
}

BOOST_AUTO_TEST_CASE(records_below_the_level_are_left_out)
{
    temporary_folder const folder;
    {
        auto settings = to(folder / "log");
        settings.level = log_level::warning;
        polyport::logger log(settings);
        log.info("left-out");
        log.warning("kept");
        log.set_level(log_level::debug);
        BOOST_TEST(log.enabled(log_level::debug));
        BOOST_TEST(!log.enabled(log_level::trace));
        log.write(log_level::trace, "left-out");
        log.debug("kept-too");
        log.error("kept-as-well");
    }
    std::istringstream lines(contents(folder / "log"));
    std::vector<std::string> events;
    for (std::string line; std::getline(lines, line);)
        events.push_back(without_time(line));
    std::vector<std::string> const expected{"warn  kept", "debug kept-too", "error kept-as-well"};
    BOOST_TEST(events == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(json_lines_parse)
{
    temporary_folder const folder;
    polyport::logger log(to(folder / "log", log_format::json));
    log.error("closed", {{"reason", "peer\xff said \"no\"\n"}, {"bytes", 5U}}, 3);
    log.flush();
    auto const object = boost::json::parse(contents(folder / "log")).as_object();
    BOOST_TEST(object.at("level").as_string() == "error");
    BOOST_TEST(object.at("event").as_string() == "closed");
    BOOST_TEST(object.at("connection").as_int64() == 3);
    BOOST_TEST(object.at("reason").as_string() == "peer\xef\xbf\xbd said \"no\"\n");
    BOOST_TEST(object.at("bytes").as_int64() == 5);
}

BOOST_AUTO_TEST_CASE(what_was_dropped_is_told_once_there_is_room)
{
    temporary_folder const folder;
    ::mkfifo((folder / "pipe").c_str(), 0600);
    unique_fd const reader(::open((folder / "pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    ::fcntl(reader.get(), F_SETPIPE_SZ, 4096);
    auto log = std::make_unique<polyport::logger>(to(folder / "pipe"), 8);
    while (log->dropped() < 100)
        log->info("flood", {{"filling", std::string(500, 'x')}});
    std::string const dropped = std::to_string(log->dropped());

    std::string text;
    std::atomic<bool> ended = false;
    std::thread draining([&] {
        char part[4096];
        for (;;) {
            bool const last = ended;
            ssize_t const count = ::read(reader.get(), part, sizeof part);
            if (count > 0)
                text.append(part, static_cast<std::size_t>(count));
            else if (last)
                return;
            else
                std::this_thread::yield();
        }
    });
    log->flush();
    log->info("after-flood");
    log.reset();
    ended = true;
    draining.join();
    BOOST_TEST(text.find("info  after-flood\n") != std::string::npos);
    BOOST_TEST(text.find("warn  log-records-dropped count=") != std::string::npos);
    BOOST_TEST(text.find(" total=" + dropped + '\n') != std::string::npos, text.substr(text.size() - 200));
}

BOOST_AUTO_TEST_CASE(what_was_dropped_last_is_told_at_the_end)
{
    temporary_folder const folder;
    {
        polyport::logger log(to(folder / "log"), 0);
        log.info("no-room");
        log.info("no-room");
    }
    BOOST_TEST(without_time(contents(folder / "log")) == "warn  log-records-dropped count=2 total=2\n");
}

BOOST_AUTO_TEST_CASE(reopening_that_fails_is_told_in_the_old_file)
{
    temporary_folder const folder;
    polyport::logger log(to(folder / "log"));
    std::filesystem::rename(folder / "log", folder / "log.1");
    std::filesystem::create_directory(folder / "log");
    BOOST_TEST(log.reopen().has_error());
    log.flush();
    BOOST_TEST(contents(folder / "log.1").find("error log-reopen-failed problem=\"log-file: '") !=
               std::string::npos);

    std::filesystem::remove(folder / "log");
    BOOST_TEST(log.reopen().has_value());
    log.info("reopened");
    log.flush();
    BOOST_TEST(without_time(contents(folder / "log")) == "info  reopened\n");
}

BOOST_AUTO_TEST_CASE(any_thread_may_write)
{
    temporary_folder const folder;
    {
        polyport::logger log(to(folder / "log"), 100'000);
        std::vector<std::thread> threads;
        for (int number = 0; number < 4; ++number) {
            threads.emplace_back([&log, number] {
                for (int round = 0; round < 500; ++round) {
                    log.info("round", {{"thread", number}, {"round", round}});
                    if (round % 100 == 0)
                        log.set_level(log_level::info);
                }
            });
        }
        BOOST_TEST(log.reopen().has_value());
        for (auto& thread : threads)
            thread.join();
        BOOST_TEST(log.dropped() == 0U);
    }
    std::string const text = contents(folder / "log");
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 2000);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_ends_the_start)
{
    BOOST_CHECK_EXCEPTION(polyport::logger(to("/none/log")), start_error, [](start_error const& error) {
        return std::string_view(error.what()) ==
               "log-file: '/none/log' cannot be opened: no such directory; create it or name another file "
               "with --log-file FILE";
    });
}

BOOST_AUTO_TEST_SUITE_END()
