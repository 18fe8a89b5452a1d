// SPDX-License-Identifier: BSL-1.0
#include "common/metrics_text.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

namespace {

using polyport::metrics_format;
using polyport::metrics_registry;
using polyport::metrics_text;

constexpr std::array<std::uint64_t, 2> bounds{500, 1'000'000};
constexpr polyport::histogram_buckets two_buckets{bounds, 1e6};

std::string all_of(metrics_registry const& from, metrics_format format, std::size_t piece = 1 << 20)
{
    metrics_text text(from, format);
    std::string out;
    while (text.append_some(out, piece)) {
    }
    BOOST_TEST(!text.append_some(out, piece)); // once is enough
    return out;
}

void fill(metrics_registry& all)
{
    all.add_counter("requests_total", "Requests \"answered\"\nso far", {{"service", "http"}, {"code", "2xx"}})
        .add(7);
    all.add_gauge("level", "Level").set(-3);
    all.add_gauge_of("share", "Share", {}, [] { return 0.25; });
    auto& times = all.add_histogram("wait_seconds", "Waits", two_buckets, {{"service", "a\\b\"c\nd"}});
    times.observe(400);
    times.observe(500);
    times.observe(600);
    times.observe(2'000'000);
    all.add_histogram("plain_seconds", "Plain", two_buckets);
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics_text)

BOOST_AUTO_TEST_CASE(prometheus_text)
{
    metrics_registry all;
    fill(all);
    BOOST_TEST(all_of(all, metrics_format::prometheus) ==
               "# HELP requests_total Requests \"answered\"\\nso far\n"
               "# TYPE requests_total counter\n"
               "requests_total{service=\"http\",code=\"2xx\"} 7\n"
               "# HELP level Level\n"
               "# TYPE level gauge\n"
               "level -3\n"
               "# HELP share Share\n"
               "# TYPE share gauge\n"
               "share 0.25\n"
               "# HELP wait_seconds Waits\n"
               "# TYPE wait_seconds histogram\n"
               "wait_seconds_bucket{service=\"a\\\\b\\\"c\\nd\",le=\"0.0005\"} 2\n"
               "wait_seconds_bucket{service=\"a\\\\b\\\"c\\nd\",le=\"1.0\"} 3\n"
               "wait_seconds_bucket{service=\"a\\\\b\\\"c\\nd\",le=\"+Inf\"} 4\n"
               "wait_seconds_sum{service=\"a\\\\b\\\"c\\nd\"} 2.0015\n"
               "wait_seconds_count{service=\"a\\\\b\\\"c\\nd\"} 4\n"
               "# HELP plain_seconds Plain\n"
               "# TYPE plain_seconds histogram\n"
               "plain_seconds_bucket{le=\"0.0005\"} 0\n"
               "plain_seconds_bucket{le=\"1.0\"} 0\n"
               "plain_seconds_bucket{le=\"+Inf\"} 0\n"
               "plain_seconds_sum 0\n"
               "plain_seconds_count 0\n");
}

BOOST_AUTO_TEST_CASE(openmetrics_names_families_without_suffix_and_ends)
{
    metrics_registry all;
    all.add_counter("requests_total", "Say \"hello\"").add(7);
    all.add_counter("received_bytes_total", "Bytes").add(1'000'000);
    all.add_histogram("wait_seconds", "Waits", two_buckets);
    BOOST_TEST(all_of(all, metrics_format::openmetrics) == "# HELP requests Say \\\"hello\\\"\n"
                                                           "# TYPE requests counter\n"
                                                           "requests_total 7\n"
                                                           "# HELP received_bytes Bytes\n"
                                                           "# TYPE received_bytes counter\n"
                                                           "# UNIT received_bytes bytes\n"
                                                           "received_bytes_total 1000000\n"
                                                           "# HELP wait_seconds Waits\n"
                                                           "# TYPE wait_seconds histogram\n"
                                                           "# UNIT wait_seconds seconds\n"
                                                           "wait_seconds_bucket{le=\"0.0005\"} 0\n"
                                                           "wait_seconds_bucket{le=\"1.0\"} 0\n"
                                                           "wait_seconds_bucket{le=\"+Inf\"} 0\n"
                                                           "wait_seconds_sum 0\n"
                                                           "wait_seconds_count 0\n"
                                                           "# EOF\n");
}

BOOST_AUTO_TEST_CASE(an_empty_registry)
{
    metrics_registry const none;
    BOOST_TEST(all_of(none, metrics_format::prometheus).empty());
    BOOST_TEST(all_of(none, metrics_format::openmetrics) == "# EOF\n");
}

BOOST_AUTO_TEST_CASE(pieces_of_any_size_make_the_same_text)
{
    metrics_registry all;
    fill(all);
    for (int i = 0; i < 20; ++i)
        all.add_counter("more_total", "More", {{"of", std::to_string(i)}});
    for (auto const format : {metrics_format::prometheus, metrics_format::openmetrics}) {
        auto const whole = all_of(all, format);
        for (std::size_t const piece : {1U, 7U, 64U, 300U, 1000U})
            BOOST_TEST(all_of(all, format, piece) == whole);
    }
}

BOOST_AUTO_TEST_CASE(numbers)
{
    struct {
        double value;
        std::string_view text;
    } const table[] = {
        {0, "0"},
        {1, "1"},
        {-1, "-1"},
        {1'000'000'000'000, "1000000000000"},
        {0.5, "0.5"},
        {1e-7, "1e-07"},
        {1e300, "1e+300"},
        {std::numeric_limits<double>::infinity(), "+Inf"},
        {-std::numeric_limits<double>::infinity(), "-Inf"},
        {std::numeric_limits<double>::quiet_NaN(), "NaN"},
    };
    for (auto const& row : table) {
        metrics_registry all;
        all.add_gauge_of("x", "X", {}, [&row] { return row.value; });
        BOOST_TEST(all_of(all, metrics_format::prometheus) ==
                   "# HELP x X\n# TYPE x gauge\nx " + std::string(row.text) + "\n");
    }
    metrics_registry all;
    all.add_counter("most_total", "Most").add(UINT64_MAX);
    BOOST_TEST(all_of(all, metrics_format::prometheus).find("most_total 18446744073709551615\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
