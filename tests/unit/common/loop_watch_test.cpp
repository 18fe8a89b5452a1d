// SPDX-License-Identifier: BSL-1.0
#include "common/clock.hpp"
#include "common/loop_watch.hpp"
#include "common/readiness.hpp"
#include "temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

namespace {

using namespace polyport;
using namespace std::chrono_literals;
using test::temporary_folder;

/// What a handler does when its turn comes.
struct handler final : waiter {
    explicit handler(std::function<void()> what) : work(std::move(what)) {}
    void resume() override { work(); }
    void discard() noexcept override {}
    std::function<void()> work;
};

struct loop {
    explicit loop(log_format format)
    {
        log.format = format;
        log.file = folder / "log";
        std::ofstream(log.file).flush(); // it is there before it is written to
    }

    void run(std::function<void()> work)
    {
        handler made(std::move(work));
        set.resume_later(made, {});
        context.restart();
        context.poll();
    }
    std::string logged() const
    {
        std::ifstream file(log.file);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// Holds the loop until so many lines are in the log.
    void hold(std::ptrdiff_t lines)
    {
        auto const until = std::chrono::steady_clock::now() + 20s;
        std::string text;
        do
            text = logged();
        while (std::count(text.begin(), text.end(), '\n') < lines &&
               std::chrono::steady_clock::now() < until);
    }

    temporary_folder folder;
    log_settings log;
    polyport::clock time;
    boost::asio::io_context context;
    readiness set{context, time};
};

} // namespace

BOOST_AUTO_TEST_SUITE(loop_watch)

BOOST_AUTO_TEST_CASE(who_holds_the_loop_is_named_while_it_is_held)
{
    struct {
        log_format format;
        std::string_view begin, end;
    } const table[] = {
        {log_format::text, "Z warn  loop-held connection=42 milliseconds=5 still=true remedy=\"",
         "run_blocking()\"\n"},
        {log_format::json,
         "Z\",\"level\":\"warning\",\"event\":\"loop-held\",\"connection\":42,\"milliseconds\":5,\"still\":"
         "true,",
         "run_blocking()\"}\n"},
    };
    for (auto const& row : table) {
        loop test(row.format);
        polyport::loop_watch const watch(test.set, test.log, 5ms);
        test.run([&] {
            test.set.works_for(42);
            test.hold(1);
        });
        auto const line = test.logged();
        BOOST_TEST(line.find(row.begin) != std::string::npos, line);
        BOOST_TEST(line.ends_with(row.end), line);
    }
}

BOOST_AUTO_TEST_CASE(the_longer_it_lasts_the_more_rarely_it_is_told)
{
    loop test(log_format::json);
    polyport::loop_watch const watch(test.set, test.log, 2ms);
    test.run([&] { test.hold(3); });
    auto const text = test.logged();
    // After 2, 8 and 32 periods, the last of which has only begun.
    for (auto const* const time : {"\"milliseconds\":2,", "\"milliseconds\":14,", "\"milliseconds\":62,"})
        BOOST_TEST(text.find(time) != std::string::npos, text);
    BOOST_TEST(text.find("\"connection\"") == std::string::npos); // none is known
}

BOOST_AUTO_TEST_CASE(a_loop_that_gets_on_is_left_alone)
{
    loop test(log_format::text);
    polyport::loop_watch const watch(test.set, test.log, 20ms);
    auto const until = std::chrono::steady_clock::now() + 100ms;
    while (std::chrono::steady_clock::now() < until)
        test.run([] {});
    BOOST_TEST(test.logged() == "");
    test.run([&] { test.hold(1); }); // and is watched again
    BOOST_TEST(test.logged().find("loop-held") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_comes_after_its_end)
{
    loop test(log_format::text);
    {
        polyport::loop_watch const watch(test.set, test.log, 1ms);
        test.run([] {});
    }
    test.run([] {});
    BOOST_TEST(test.logged() == "");
}

BOOST_AUTO_TEST_SUITE_END()
