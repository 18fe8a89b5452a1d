// SPDX-License-Identifier: BSL-1.0
// The harness notices what it is there to notice.
#include "common/metrics.hpp"
#include "common/options.hpp"
#include "common/runtime.hpp"
#include "services/service_table.hpp"
#include "tests/kit/harness.hpp"
#include "tests/unit/common/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport;
using namespace polyport::testing;
using namespace std::chrono_literals;
using test::temporary_folder;

namespace {

/// Takes what comes with one read for a message, which it is not.
task<> believes_in_messages(stream client)
{
    auto const got = co_await client.read_some();
    if (got)
        co_await client.write(*got);
}

/// Never closes.
task<> stays(stream client)
{
    for (;;) {
        auto const got = co_await client.read_some();
        if (!got && got.error() == errc::end_of_stream)
            break;
        if (!got)
            co_return;
    }
    co_await client.sleep(1h);
}

task<> calls_a_failure_an_error(stream client)
{
    auto const got = co_await client.read_some();
    if (!got)
        client.log().error("something", {{"reason", got.error().message()}});
}

struct talk {
    int messages = 0;
};

class counting final : public flow_service<talk> {
public:
    explicit counting(option_set& options)
    {
        options.group("Counting");
        options.add("counting-most", "N", "messages that are answered", bind_number(most_, 1, 100));
    }
    void start(runtime& owner) override
    {
        messages_ = &owner.metrics().add_counter("counting_messages_total", "Messages");
    }
    void handle(datagram& message, talk& known) override
    {
        messages_->add();
        message.log().info("counted", {{"text", message.text()}});
        if (++known.messages > static_cast<int>(most_))
            return;
        auto const answer = std::to_string(known.messages) + ":" + std::string(message.text());
        message.reply(answer);
    }

private:
    std::uint32_t most_ = 10;
    counter* messages_ = nullptr;
};

/// Tells of its life.
class lasting final : public stream_service {
public:
    static inline std::string* told = nullptr;

    ~lasting() override { *told += "state gone"; }
    void start(runtime&) override { *told += "started, "; }
    task<> serve(stream client) override
    {
        struct at_the_end {
            lasting& of;
            ~at_the_end() { *told += of.text_; }
        } const one{*this};
        while (true) {
            auto const got = co_await client.read_some();
            if (!got)
                break;
        }
    }
    task<> stop() override
    {
        *told += "stopped, ";
        co_return;
    }

private:
    std::string text_ = "handler over with its state, ";
};

/// The field Date tells the time.
std::string without_dates(std::string answer)
{
    constexpr std::string_view name = "\r\nDate: ";
    for (auto begin = answer.find(name); begin != answer.npos; begin = answer.find(name, begin))
        answer.erase(begin, answer.find("\r\n", begin + name.size()) - begin);
    return answer;
}

constexpr service_definition lasting_row{"lasting", transports::streams, "tell", make_service<lasting>};
constexpr service_definition believer{"believer", transports::streams, "one read", believes_in_messages};
constexpr service_definition stayer{"stayer", transports::streams, "stay", stays};
constexpr service_definition alarmist{"alarmist", transports::streams, "log", calls_a_failure_an_error};
constexpr service_definition counter_row{"counting", transports::datagrams, "count", make_service<counting>};

service_definition const& builtin(std::string_view name)
{
    for (auto const& row : builtin_services())
        if (row.name == name)
            return row;
    throw std::out_of_range(std::string(name));
}

} // namespace

BOOST_AUTO_TEST_SUITE(harness_for_services)

BOOST_AUTO_TEST_CASE(a_service_that_takes_reads_for_messages_is_found_out)
{
    BOOST_CHECK_EXCEPTION(cut_everywhere(believer, "hello"), failure, [](failure const& found) {
        return std::string(found.what())
            .starts_with("cut after 1 bytes, the answer is 'h' instead of 'hello'");
    });
}

BOOST_AUTO_TEST_CASE(a_connection_that_does_not_end_is_found_out)
{
    harness test(stayer);
    BOOST_CHECK_THROW(converse(test, "hello"), failure);
    BOOST_TEST(test.connections() == 1U);
    test.advance(1h);
    BOOST_TEST(test.connections() == 0U);
    BOOST_CHECK_EXCEPTION(fail_everywhere(stayer, "hello"), failure, [](failure const& found) {
        return std::string(found.what()).find("the connection has not ended") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(an_error_in_the_log_is_found_out)
{
    BOOST_CHECK_EXCEPTION(fail_everywhere(alarmist, "hello"), failure, [](failure const& found) {
        return std::string(found.what())
                   .find("after attempt 0 to read or write failed an error was logged") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(options_are_those_of_the_command_line)
{
    BOOST_CHECK_THROW(harness(counter_row, {"--counting-most", "0"}), failure);
    BOOST_CHECK_THROW(harness(counter_row, {"--no-such-option", "0"}), failure);
}

BOOST_AUTO_TEST_CASE(datagrams_have_a_state_for_each_peer_until_it_is_forgotten)
{
    harness test(counter_row, {"--counting-most", "2", "--flow-idle-timeout", "10s"});
    BOOST_TEST(test.ask("a", "one").value() == "1:a");
    BOOST_TEST(test.ask("b", "two").value() == "1:b");
    BOOST_TEST(test.ask("c", "one").value() == "2:c");
    BOOST_TEST(!test.ask("d", "one").has_value());
    BOOST_TEST(test.logged("\"text\":\"d\""));
    test.advance(11s);
    BOOST_TEST(test.ask("e", "three").value() == "1:e"); // the others are forgotten by this
    BOOST_TEST(test.ask("f", "one").value() == "1:f");
}

BOOST_AUTO_TEST_CASE(the_built_in_services_stand_every_cut_and_failure)
{
    auto const& uppercase = builtin("tcp-uppercase");
    BOOST_TEST(cut_everywhere(uppercase, "Hello, \xc3\xa4 {world}") == "HELLO, \xc3\xa4 {WORLD}");
    BOOST_TEST(fail_everywhere(uppercase, std::string(300'000, 'x')) >= 6U);
    harness datagrams(builtin("udp-uppercase"));
    BOOST_TEST(datagrams.ask("Hello").value() == "HELLO");
}

BOOST_AUTO_TEST_CASE(what_a_service_checks_is_checked)
{
    BOOST_CHECK_EXCEPTION(
        harness(builtin("http"), {"--http-root", "/nowhere"}), failure,
        [](failure const& found) { return std::string(found.what()).find("/nowhere") != std::string::npos; });
}

BOOST_AUTO_TEST_CASE(http_stands_every_cut_and_failure)
{
    temporary_folder const root;
    std::ofstream(root / "small") << "hello";
    std::ofstream(root / "large") << std::string(300'000, 'x'); // goes out by sendfile
    std::vector<std::string> const options{"--http-root", root / "", "--http-file-cache", "0"};
    struct {
        std::string_view input, first_line, end;
        std::size_t attempts;
    } const table[] = {
        {"GET /small HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK", "\r\n\r\nhello", 3},
        {"GET /small HTTP/1.1\r\nHost: a\r\n\r\nGET /missing HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK",
         "not found</body></html>", 3},
        {"POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
         "HTTP/1.1 405 Method Not Allowed", "", 3},
        {"GET /small HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400 Bad Request", "", 2},
    };
    for (auto const& row : table) {
        auto const answer = cut_everywhere(builtin("http"), row.input, options, without_dates);
        BOOST_TEST(answer.starts_with(row.first_line), answer);
        BOOST_TEST(answer.ends_with(row.end), answer);
        BOOST_TEST(fail_everywhere(builtin("http"), row.input, options) >= row.attempts, row.input);
    }
    BOOST_TEST(fail_everywhere(builtin("http"), "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", options) >= 6U);
    harness test(builtin("http"), options);
    auto const whole = converse(test, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(whole.size() - whole.find("\r\n\r\n") == 300'004U);
}

BOOST_AUTO_TEST_CASE(the_control_interface_stands_every_cut_and_failure)
{
    std::string_view const question = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    auto const answer = cut_everywhere(builtin("admin"), question, {}, without_dates);
    BOOST_TEST(answer.starts_with("HTTP/1.1 200 OK"), answer);
    BOOST_TEST(fail_everywhere(builtin("admin"), question) >= 3U);

    harness test(builtin("admin"));
    auto const stats = converse(test, "GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(stats.find("\"name\":\"admin\"") != std::string::npos, stats);
}

BOOST_AUTO_TEST_CASE(the_state_of_a_service_outlives_its_last_connection)
{
    std::string told;
    lasting::told = &told;
    {
        harness test(lasting_row);
        auto client = test.connect();
        client.send("hello");
        BOOST_TEST(told == "started, ");
    }
    BOOST_TEST(told == "started, handler over with its state, stopped, state gone");
}

BOOST_AUTO_TEST_SUITE_END()
