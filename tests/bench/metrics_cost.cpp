// SPDX-License-Identifier: BSL-1.0
// metrics_cost: nanoseconds that counting takes, as one line of Markdown each: a counter, an observation of a
// quick and of a slow request, and the look at the clock that a duration needs.
#include "common/metrics.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::uint64_t rounds = 50'000'000;

// Keeps the compiler from knowing what comes in, and from leaving out what comes of it.
template <class Value>
void look_at(Value& value)
{
    asm volatile("" : "+m"(value) : : "memory");
}

template <class Work>
void measure(char const* name, Work const& work)
{
    auto const begin = clock_type::now();
    for (std::uint64_t i = 0; i < rounds; ++i)
        work();
    std::chrono::duration<double, std::nano> const used = clock_type::now() - begin;
    std::printf("| %s | %.1f ns |\n", name, used.count() / static_cast<double>(rounds));
}

} // namespace

int main()
{
    polyport::counter counter;
    polyport::histogram times(polyport::latency_buckets);
    std::uint64_t quick = 120;
    std::uint64_t slow = 2'000'000;
    measure("counter", [&] {
        counter.add();
        look_at(counter);
    });
    measure("histogram, 120 µs", [&] {
        look_at(quick);
        times.observe(quick);
        look_at(times);
    });
    measure("histogram, 2 s", [&] {
        look_at(slow);
        times.observe(slow);
        look_at(times);
    });
    measure("a look at the clock", [&] {
        auto now = clock_type::now();
        look_at(now);
    });
}
