// SPDX-License-Identifier: BSL-1.0
#include "common/line_writer.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace {

using namespace polyport;
using namespace std::chrono_literals;
using test::contents;
using test::temporary_folder;

bool put(line_writer& writer, std::string_view line, urgency how = urgency::collect)
{
    return writer.append(how, [line](std::string& out) {
        out += line;
        out += '\n';
    });
}

line_writer_settings to(std::string path)
{
    return {.option = "log-file", .path = std::move(path)};
}

std::string refusal(std::string path)
{
    try {
        line_writer const writer(to(std::move(path)));
    } catch (start_error const& error) {
        return error.what();
    }
    return "opened";
}

/// A named pipe, with its read end; nothing reads it unless the test does.
struct named_pipe {
    explicit named_pipe(std::string const& path)
    {
        ::mkfifo(path.c_str(), 0600);
        read_end.reset(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        ::fcntl(read_end.get(), F_SETPIPE_SZ, 4096);
    }
    std::size_t read_some()
    {
        char bytes[65536];
        ssize_t const count = ::read(read_end.get(), bytes, sizeof bytes);
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    unique_fd read_end;
};

} // namespace

BOOST_AUTO_TEST_SUITE(line_writer)

BOOST_AUTO_TEST_CASE(all_that_waits_is_written_at_the_end)
{
    temporary_folder const folder;
    std::string expected;
    {
        polyport::line_writer writer(to(folder / "log"));
        for (int number = 0; number < 1000; ++number) {
            put(writer, std::to_string(number));
            expected += std::to_string(number) + '\n';
        }
    }
    BOOST_TEST(contents(folder / "log") == expected);
}

BOOST_AUTO_TEST_CASE(a_flushed_line_can_be_read)
{
    temporary_folder const folder;
    auto settings = to(folder / "log");
    settings.delay = 1h;
    polyport::line_writer writer(settings);
    BOOST_TEST(writer.flush());
    put(writer, "one");
    BOOST_TEST(writer.flush());
    BOOST_TEST(contents(folder / "log") == "one\n");
}

BOOST_AUTO_TEST_CASE(a_line_is_written_without_another)
{
    temporary_folder const folder;
    polyport::line_writer writer(to(folder / "log"));
    put(writer, "alone");
    auto const limit = std::chrono::steady_clock::now() + 10s;
    while (contents(folder / "log").empty() && std::chrono::steady_clock::now() < limit)
        std::this_thread::yield();
    BOOST_TEST(contents(folder / "log") == "alone\n");
}

BOOST_AUTO_TEST_CASE(an_urgent_line_and_a_full_block_do_not_wait)
{
    temporary_folder const folder;
    auto settings = to(folder / "log");
    settings.delay = 1h;
    settings.block_bytes = 1000;
    polyport::line_writer writer(settings);
    auto const wait_for = [&](std::size_t size) {
        auto const limit = std::chrono::steady_clock::now() + 10s;
        while (contents(folder / "log").size() < size && std::chrono::steady_clock::now() < limit)
            std::this_thread::yield();
        return contents(folder / "log").size();
    };
    put(writer, "patient");
    put(writer, "urgent", urgency::at_once);
    BOOST_TEST(wait_for(15) == 15U);
    put(writer, "patient");
    put(writer, std::string(1000, 'x'));
    BOOST_TEST(wait_for(15 + 8 + 1001) == 15U + 8U + 1001U);
}

BOOST_AUTO_TEST_CASE(a_reader_that_stalls_costs_lines_and_not_time)
{
    temporary_folder const folder;
    named_pipe pipe(folder / "pipe");
    auto settings = to(folder / "pipe");
    settings.max_lines = 10;
    settings.delay = 0ms;
    std::uint64_t dropped = 0;
    std::size_t taken = 0;
    {
        polyport::line_writer writer(settings);
        // More than the pipe and the queue hold, so some must go; the call never waits for the reader.
        for (int number = 0; number < 10'000; ++number)
            taken += put(writer, std::string(1000, 'x')) ? 1U : 0U;
        BOOST_TEST(!writer.flush(20ms));
        dropped = writer.dropped();
        BOOST_TEST(taken + dropped == 10'000U);
        BOOST_TEST(dropped > 9'000U);

        std::size_t got = 0;
        while (got < taken * 1001)
            got += pipe.read_some();
        BOOST_TEST(writer.flush());
        BOOST_TEST(put(writer, "again"));
        BOOST_TEST(writer.flush());
        BOOST_TEST(pipe.read_some() == 6U);
    }
}

BOOST_AUTO_TEST_CASE(a_reader_that_stalls_holds_up_the_end_for_a_second_only)
{
    temporary_folder const folder;
    named_pipe const pipe(folder / "pipe");
    auto const before = std::chrono::steady_clock::now();
    {
        polyport::line_writer writer(to(folder / "pipe"));
        for (int number = 0; number < 100; ++number)
            put(writer, std::string(1000, 'x'));
    }
    BOOST_TEST((std::chrono::steady_clock::now() - before < 10s));
}

BOOST_AUTO_TEST_CASE(a_reader_that_leaves_costs_lines_and_no_signal)
{
    temporary_folder const folder;
    named_pipe pipe(folder / "pipe");
    polyport::line_writer writer(to(folder / "pipe"));
    pipe.read_end.reset();
    put(writer, "lost");
    BOOST_TEST(writer.flush());
    BOOST_TEST(writer.dropped() == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_disk_costs_lines_and_is_counted)
{
    polyport::line_writer writer(to("/dev/full"));
    for (int number = 0; number < 5; ++number)
        put(writer, "lost");
    BOOST_TEST(writer.flush());
    BOOST_TEST(writer.dropped() == 5U);
}

BOOST_AUTO_TEST_CASE(reopening_follows_a_file_that_was_moved)
{
    temporary_folder const folder;
    polyport::line_writer writer(to(folder / "log"));
    put(writer, "old");
    writer.flush();
    std::filesystem::rename(folder / "log", folder / "log.1");
    put(writer, "still old");
    writer.flush();
    BOOST_TEST(writer.reopen().has_value());
    put(writer, "new");
    writer.flush();
    BOOST_TEST(contents(folder / "log.1") == "old\nstill old\n");
    BOOST_TEST(contents(folder / "log") == "new\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_reopened_is_kept)
{
    temporary_folder const folder;
    polyport::line_writer writer(to(folder / "log"));
    std::filesystem::rename(folder / "log", folder / "log.1");
    std::filesystem::create_directory(folder / "log");
    auto const reopened = writer.reopen();
    BOOST_REQUIRE(reopened.has_error());
    BOOST_TEST(reopened.error().text.find("it is a directory") != std::string::npos, reopened.error().text);
    put(writer, "kept");
    writer.flush();
    BOOST_TEST(contents(folder / "log.1") == "kept\n");
}

BOOST_AUTO_TEST_CASE(appends_to_what_is_there)
{
    temporary_folder const folder;
    for (char const* const line : {"one", "two"}) {
        polyport::line_writer writer(to(folder / "log"));
        put(writer, line);
    }
    BOOST_TEST(contents(folder / "log") == "one\ntwo\n");
}

BOOST_AUTO_TEST_CASE(refusals_name_the_file_the_cause_and_the_remedy)
{
    temporary_folder const folder;
    ::mkfifo((folder / "pipe").c_str(), 0600);
    std::pair<std::string, std::string> const table[] = {
        {folder / "none/log", "no such directory; create it or name another file with --log-file FILE"},
        {folder / ".", "it is a directory; name another file with --log-file FILE"},
        {folder / "pipe", "it is a named pipe that nobody reads, or a socket; start its reader first or name "
                          "another file with --log-file FILE"},
        {"/dev/null/log", "a part of its path is no directory; name another file with --log-file FILE"},
    };
    for (auto const& [path, cause] : table)
        BOOST_TEST(refusal(path) == "log-file: '" + path + "' cannot be opened: " + cause);
}

BOOST_AUTO_TEST_CASE(many_threads_write_whole_lines)
{
    temporary_folder const folder;
    auto settings = to(folder / "log");
    settings.max_lines = 1'000'000;
    settings.max_bytes = std::size_t{1} << 30;
    settings.delay = 1ms;
    {
        polyport::line_writer writer(settings);
        std::vector<std::thread> threads;
        for (char letter = 'a'; letter < 'e'; ++letter) {
            threads.emplace_back([&writer, letter] {
                for (int number = 0; number < 2000; ++number)
                    put(writer, std::string(40, letter),
                        number % 100 == 0 ? urgency::at_once : urgency::collect);
            });
        }
        for (auto& thread : threads)
            thread.join();
        BOOST_TEST(writer.dropped() == 0U);
    }
    std::string const text = contents(folder / "log");
    BOOST_TEST(text.size() == 4U * 2000U * 41U);
    for (std::size_t start = 0; start < text.size(); start += 41) {
        BOOST_REQUIRE(text[start + 40] == '\n');
        BOOST_REQUIRE(std::count(text.begin() + static_cast<std::ptrdiff_t>(start),
                                 text.begin() + static_cast<std::ptrdiff_t>(start) + 40, text[start]) == 40);
    }
}

BOOST_AUTO_TEST_CASE(its_thread_ends_when_there_is_nothing_to_write_and_begins_anew)
{
    auto const threads = [] {
        auto const all = std::filesystem::directory_iterator("/proc/self/task");
        return std::distance(begin(all), end(all));
    };
    temporary_folder const folder;
    auto settings = to(folder / "log");
    settings.idle_for = 1ms;
    polyport::line_writer writer(settings);
    auto const before = threads();
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST(put(writer, "line"));
        BOOST_TEST(writer.flush());
        auto const limit = std::chrono::steady_clock::now() + 10s;
        while (threads() > before && std::chrono::steady_clock::now() < limit)
            std::this_thread::sleep_for(1ms);
        BOOST_TEST(threads() == before);
    }
    BOOST_TEST(contents(folder / "log") == "line\nline\nline\n");
}

BOOST_AUTO_TEST_SUITE_END()
