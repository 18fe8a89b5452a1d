// SPDX-License-Identifier: BSL-1.0
#include "common/metrics.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <vector>

namespace {

using polyport::histogram;
using polyport::histogram_buckets;
using polyport::metrics_registry;

constexpr std::array<std::uint64_t, 3> bounds{10, 100, 1000};
constexpr histogram_buckets three_buckets{bounds, 1};

} // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(a_bound_belongs_to_its_bucket)
{
    struct {
        std::uint64_t value;
        std::size_t bucket;
    } const table[] = {{0, 0},   {10, 0},   {11, 1},   {100, 1},
                       {101, 2}, {1000, 2}, {1001, 3}, {UINT64_MAX / 2, 3}};
    for (auto const& row : table) {
        histogram counted(three_buckets);
        counted.observe(row.value);
        BOOST_TEST_CONTEXT("value " << row.value)
        {
            for (std::size_t i = 0; i < counted.counts().size(); ++i)
                BOOST_TEST(counted.counts()[i] == (i == row.bucket ? 1U : 0U));
            BOOST_TEST(counted.sum() == row.value);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_quantile_is_found_within_its_bucket)
{
    histogram counted(three_buckets);
    BOOST_TEST(counted.quantile(0.5) == 0.0);
    for (int i = 0; i < 50; ++i)
        counted.observe(5);
    for (int i = 0; i < 50; ++i)
        counted.observe(50);
    BOOST_TEST(counted.count() == 100U);
    BOOST_TEST(counted.quantile(0.25) == 5.0, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(counted.quantile(0.5) == 10.0, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(counted.quantile(0.75) == 55.0, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(counted.quantile(1.0) == 100.0, boost::test_tools::tolerance(1e-9));
    for (int i = 0; i < 900; ++i)
        counted.observe(5000);
    BOOST_TEST(counted.quantile(0.99) == 1000.0, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(a_quantile_is_in_the_unit_of_the_name)
{
    histogram counted(polyport::latency_buckets);
    counted.observe(1'000'000);
    BOOST_TEST(counted.quantile(1.0) == 1.0, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(the_same_name_and_labels_is_the_same_metric)
{
    metrics_registry all;
    auto& a = all.add_counter("requests_total", "Requests", {{"service", "a"}});
    auto& b = all.add_counter("requests_total", "Requests", {{"service", "b"}});
    auto& again = all.add_counter("requests_total", "Requests", {{"service", "a"}});
    a.add();
    again.add(2);
    BOOST_TEST(&a == &again);
    BOOST_TEST(a.value() == 3U);
    BOOST_TEST(b.value() == 0U);
    BOOST_TEST(all.families().size() == 1U);
    BOOST_TEST(all.size() == 2U);
}

BOOST_AUTO_TEST_CASE(references_stay_when_many_are_added)
{
    metrics_registry all;
    std::vector<polyport::gauge*> handed_out;
    for (int i = 0; i < 1000; ++i)
        handed_out.push_back(&all.add_gauge("level", "Levels", {{"of", std::to_string(i)}}));
    for (int i = 0; i < 1000; ++i)
        handed_out[static_cast<std::size_t>(i)]->set(i);
    int expected = 0;
    for (auto const& one : all.families().front().all)
        BOOST_TEST(std::get<polyport::gauge>(one.value).value() == expected++);
}

BOOST_AUTO_TEST_CASE(wrong_names_are_bugs)
{
    for (auto const* const name : {"", "1st_total", "re-quests_total", "requests", "größe_total"}) {
        metrics_registry all;
        BOOST_TEST_CONTEXT("counter '" << name << "'")
        {
            BOOST_CHECK_THROW(all.add_counter(name, "Help"), std::logic_error);
        }
    }
    metrics_registry all;
    BOOST_CHECK_THROW(all.add_gauge("level_total", "Help"), std::logic_error);
    for (auto const* const label : {"", "le", "__name__", "a-b", "9"}) {
        BOOST_TEST_CONTEXT("label '" << label << "'")
        {
            BOOST_CHECK_THROW(all.add_gauge("level", "Help", {{label, "x"}}), std::logic_error);
        }
    }
    BOOST_CHECK_THROW(all.add_gauge("level", "Help", {{"a", "1"}, {"a", "2"}}), std::logic_error);
    BOOST_TEST(all.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_name_means_one_thing)
{
    metrics_registry all;
    all.add_gauge("level", "Help");
    BOOST_CHECK_THROW(all.add_histogram("level", "Help", three_buckets), std::logic_error);
    BOOST_CHECK_THROW(all.add_gauge_of("level", "Help", {}, [] { return 1.0; }), std::logic_error);
    all.add_counter_of("events_total", "Help", {}, [] { return 1; });
    BOOST_CHECK_THROW(all.add_counter("events_total", "Help"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(series_are_limited)
{
    metrics_registry all;
    for (std::size_t i = 0; i < metrics_registry::max_series / 100;
         ++i) // many families: a walk a series is slow
        for (int k = 0; k < 100; ++k)
            all.add_gauge("level_" + std::to_string(i), "Help", {{"of", std::to_string(k)}});
    BOOST_CHECK_THROW(all.add_gauge("one_more", "Help"), std::logic_error);
    BOOST_TEST(all.size() == metrics_registry::max_series);
}

BOOST_AUTO_TEST_SUITE_END()
