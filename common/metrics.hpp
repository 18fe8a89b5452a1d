// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace polyport {

/// What is counted: plain numbers, without locks or atomics, so that counting costs a nanosecond. They belong
/// to the thread that runs the io_context: it alone counts, and reads them.

/// A number that only grows.
class counter {
public:
    void add(std::uint64_t more = 1) noexcept { value_ += more; }
    std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0;
};

/// A number that goes up and down.
class gauge {
public:
    void set(std::int64_t value) noexcept { value_ = value; }
    void add(std::int64_t more = 1) noexcept { value_ += more; }
    void sub(std::int64_t less = 1) noexcept { value_ -= less; }
    std::int64_t value() const noexcept { return value_; }

private:
    std::int64_t value_ = 0;
};

/// The buckets of a histogram. Observations are whole numbers, such as microseconds; `divisor` of them make
/// one of the unit that the name ends with (1'000'000 for …_seconds).
struct histogram_buckets {
    std::span<std::uint64_t const> bounds; ///< upper bounds, included; ascending; lives for ever
    double divisor = 1;
};

namespace detail {
inline constexpr std::array<std::uint64_t, 19> latency_bounds{
    50,      100,     250,     500,       1'000,     2'500,     5'000,      10'000,     25'000,    50'000,
    100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000, 60'000'000};
inline constexpr std::array<std::uint64_t, 12> lifetime_bounds{
    1'000,      10'000,      100'000,     1'000'000,     5'000'000,      15'000'000,
    60'000'000, 300'000'000, 900'000'000, 3'600'000'000, 21'600'000'000, 86'400'000'000};
} // namespace detail

/// Of requests and other short work, observed in microseconds: 50 µs to a minute.
inline constexpr histogram_buckets latency_buckets{detail::latency_bounds, 1e6};
/// Of connections, observed in microseconds: a millisecond to a day.
inline constexpr histogram_buckets lifetime_buckets{detail::lifetime_bounds, 1e6};

/// How often observations fell into each of some buckets, and their sum.
class histogram {
public:
    explicit histogram(histogram_buckets const& shape) : shape_(shape), counts_(shape.bounds.size() + 1) {}

    void observe(std::uint64_t value) noexcept
    {
        // A dozen or two bounds: a walk is quicker than a search that halves, as most values are small.
        std::size_t i = 0;
        while (i < shape_.bounds.size() && value > shape_.bounds[i])
            ++i;
        ++counts_[i];
        sum_ += value;
    }

    histogram_buckets const& shape() const noexcept { return shape_; }
    /// One for each bound, each for itself, and one for what is above them all.
    std::span<std::uint64_t const> counts() const noexcept { return counts_; }
    std::uint64_t sum() const noexcept { return sum_; }
    std::uint64_t count() const noexcept;
    /// About the value below which the share `q` (0 to 1) of the observations lies: linear within its bucket;
    /// 0 without any, and the last bound for what is above it.
    double quantile(double q) const noexcept;

private:
    histogram_buckets shape_;
    std::vector<std::uint64_t> counts_;
    std::uint64_t sum_ = 0;
};

/// Name and value, such as {"service", "http"}. Of few different values each: every set of labels is kept for
/// the life of the daemon.
using metric_labels = std::vector<std::pair<std::string, std::string>>;

/// All that the daemon counts, by name. What it hands out stays where it is as long as the registry, which is
/// as long as the runtime: services ask for their counters in start(), and keep references.
///
/// Names are those of Prometheus: letters, digits and '_'; a unit at the end (…_seconds, …_bytes), and
/// …_total for counters. The same name with other labels is another series of one family; the same name and
/// labels is the same counter again. Wrong names, a name that is already something else, or more than
/// `max_series` are bugs: std::logic_error.
class metrics_registry {
public:
    static constexpr std::size_t max_series = 10'000;

    /// A value that is kept elsewhere, asked for whenever somebody looks.
    using read_value = std::function<double()>;

    struct series {
        metric_labels labels;
        std::variant<counter, gauge, histogram, read_value> value;
    };
    enum class kind : std::uint8_t { counter, gauge, histogram };
    struct family {
        std::string name;
        std::string help;
        kind what;
        std::deque<series> all; // references are handed out
    };

    metrics_registry() = default;
    metrics_registry(metrics_registry const&) = delete;
    metrics_registry& operator=(metrics_registry const&) = delete;

    /// `help`: one sentence, without a full stop.
    counter& add_counter(std::string_view name, std::string_view help, metric_labels labels = {});
    gauge& add_gauge(std::string_view name, std::string_view help, metric_labels labels = {});
    histogram& add_histogram(std::string_view name, std::string_view help, histogram_buckets const& buckets,
                             metric_labels labels = {});

    /// What `read` looks at outlives the registry, or is never looked at after it has gone. The series may be
    /// there once only.
    void add_counter_of(std::string_view name, std::string_view help, metric_labels labels, read_value read);
    void add_gauge_of(std::string_view name, std::string_view help, metric_labels labels, read_value read);

    /// In the order in which they were added: families are never taken out, so a walk may be interrupted.
    std::deque<family> const& families() const noexcept { return families_; }
    std::size_t size() const noexcept { return series_; }

private:
    family& find_or_add(std::string_view name, std::string_view help, kind what);
    series& add(family& to, metric_labels labels, decltype(series::value) value);
    template <class Metric>
    Metric& find_or_add(family& in, metric_labels labels, Metric fresh);

    std::deque<family> families_;
    std::size_t series_ = 0;
};

} // namespace polyport
