// SPDX-License-Identifier: BSL-1.0
// A daemon of services as others write them: one counts, and the others do what they must not. test_misuse.py
// looks what becomes of that.
#include "services/polyport.hpp"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>

using namespace polyport;
using namespace std::chrono_literals;

namespace {

class counts final : public stream_service {
public:
    void start(runtime& owner) override
    {
        lines_ = &owner.metrics().add_counter("kit_lines_total", "Lines that came in");
        sizes_ = &owner.metrics().add_histogram("kit_pause_seconds", "Pauses that they asked for",
                                                latency_buckets, {{"kind", "asked"}});
    }
    task<> serve(stream client) override
    {
        for (;;) {
            auto const line = co_await client.read_line();
            if (!line)
                break;
            lines_->add();
            sizes_->observe(2000); // microseconds
            auto const failed = co_await client.write("counted\n");
            if (failed)
                break;
        }
    }

private:
    counter* lines_ = nullptr;
    histogram* sizes_ = nullptr;
};

task<> throws(stream client)
{
    auto const line = co_await client.read_line();
    if (line && *line == "number")
        throw 1;
    throw std::runtime_error("thrown for a stream");
}

void throws_for_a_message(datagram& message)
{
    if (message.text() == "exception")
        throw std::runtime_error("thrown for a datagram");
    if (message.text() == "number")
        throw 1;
    message.reply(message.bytes().size());
}

task<> goes_on_reading(stream client)
{
    for (;;)
        co_await client.read_some();
}

task<> never_returns(stream client)
{
    boost::asio::steady_timer never(client.owner().context(), boost::asio::steady_timer::time_point::max());
    co_await never.async_wait(as_tuple_awaitable);
}

task<> leaks_a_task(stream client)
{
    client.start(never_returns(client.share()));
    co_await client.read_line();
}

task<> leaks_a_file(stream client)
{
    co_await client.read_line();
    [[maybe_unused]] int const leaked = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    co_await client.write("leaked\n");
}

task<> blocks_at_once(stream client)
{
    std::this_thread::sleep_for(150ms);
    co_await client.write("awake\n");
}

task<> blocks_after_work(stream client)
{
    auto work = [] {};
    co_await run_blocking(client.owner(), std::move(work));
    std::this_thread::sleep_for(150ms);
    co_await client.write("awake\n");
}

void blocks_for_a_message(datagram& message)
{
    if (message.text() == "block")
        std::this_thread::sleep_for(150ms);
    message.reply(message.bytes().size());
}

task<> spins(stream client)
{
    int volatile turns = 0;
    for (;;)
        turns = turns + 1;
    co_await client.read_line();
}

task<> waits_for_endless_work(stream client)
{
    auto work = [] { std::this_thread::sleep_for(24h); };
    co_await run_blocking(client.owner(), std::move(work));
}

constexpr std::array rows{
    service_definition{"counts", transports::streams, "count lines", make_service<counts>},
    service_definition{"throws", transports::streams, "throw", throws},
    service_definition{"throws-message", transports::datagrams, "throw", throws_for_a_message},
    service_definition{"reads-on", transports::streams, "read after the end", goes_on_reading},
    service_definition{"never", transports::streams, "never return", never_returns},
    service_definition{"leaks-task", transports::streams, "leak a task", leaks_a_task},
    service_definition{"leaks-file", transports::streams, "leak a file", leaks_a_file},
    service_definition{"blocks", transports::streams, "block the loop at once", blocks_at_once},
    service_definition{"blocks-later", transports::streams, "block it after work", blocks_after_work},
    service_definition{"blocks-message", transports::datagrams, "block it", blocks_for_a_message},
    service_definition{"spins", transports::streams, "never give the loop back", spins},
    service_definition{"endless-work", transports::streams, "work for ever", waits_for_endless_work},
};

constexpr service_definition same{"throws", transports::streams, "have the name of another", never_returns};
constexpr service_definition taken{"max-connections", transports::streams, "have an option's", never_returns};

} // namespace

int main(int argc, char** argv)
{
    std::string const mistake = argc > 1 ? argv[1] : ""; // no option of the daemon that is made
    if (mistake == "same-name")
        return run(1, argv, {rows, same});
    if (mistake == "name-of-an-option")
        return run(1, argv, taken);
    if (mistake == "nothing")
        return run(1, argv, std::span<service_definition const>());
    return run(argc, argv, {rows, builtin_services()});
}
