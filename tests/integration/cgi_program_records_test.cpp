// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/cgi_site.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;

BOOST_AUTO_TEST_SUITE(cgi_program_records)

// What there is to see

BOOST_AUTO_TEST_CASE(standard_error_is_in_the_log_line_by_line)
{
    cgi_site const site;
    BOOST_TEST(site.get("errors.sh").body == "ok\n");
    site.ended("errors.sh");
    std::vector<std::string> lines;
    for (auto const& line : site.server.log().lines()) {
        if (line.event() != "cgi-stderr")
            continue;
        BOOST_TEST(line.field("program").ends_with("/cgi-bin/errors.sh"));
        BOOST_TEST(line.field("connection") != "");
        BOOST_TEST(line.text.find('\033') == std::string::npos);
        lines.push_back(line.field("text"));
    }
    std::vector<std::string> const expected{"one", "two \033[31mred", "three without an end"};
    BOOST_TEST(lines.size() == 3U);
    BOOST_TEST(lines[0] == expected[0]);
    BOOST_TEST(lines[2] == expected[2]);
}

BOOST_AUTO_TEST_CASE(a_flood_of_standard_error_is_held_back_and_counted)
{
    cgi_site const site;
    BOOST_TEST(site.get("noisy.sh").body == "ok\n");
    site.ended("noisy.sh");
    std::size_t const lines = site.server.log().count("cgi-stderr");
    BOOST_TEST(lines > 0U);
    BOOST_TEST(lines <= 100U);
    auto const record = site.ended("noisy.sh");
    BOOST_TEST(record.field("stderr-suppressed") == std::to_string(5000 - lines), record.text);
}

BOOST_AUTO_TEST_CASE(the_tables_show_what_runs)
{
    cgi_site const site;
    unique_fd const client = site.ask("stubborn.sh?" + site.note("pid"));
    receive_until(client, "begun\n");
    pid_t const pid = site.noted("pid");
    site.server.signal(SIGUSR1);
    auto const line =
        site.server.log().wait_for([](log_line const& l) { return l.event() == "cgi-program"; });
    BOOST_TEST_REQUIRE(line.has_value());
    BOOST_TEST(line->field("pid") == std::to_string(pid));
    BOOST_TEST(line->field("program").ends_with("/cgi-bin/stubborn.sh"));
    BOOST_TEST(std::stod(line->field("age")) >= 0.0);
    BOOST_TEST(std::stoul(line->field("out")) > 0U);
    BOOST_TEST(line->field("connection") != "");
}

BOOST_AUTO_TEST_CASE(a_run_is_recorded_with_what_it_cost)
{
    cgi_site const site;
    site.get("conformance");
    auto const record = site.ended("conformance");
    for (char const* name : {"pid", "status", "duration-ms", "in", "out", "processor-ms"})
        BOOST_TEST(record.field(name) != "", name);
    BOOST_TEST(record.field("status") == "exit 0");
    BOOST_TEST(record.level() == "info");
}

BOOST_AUTO_TEST_CASE(the_record_has_the_peak_of_its_memory)
{
    cgi_site const site;
    BOOST_TEST(site.get("large.py").body == "67108864\n");
    auto const peak = std::stol(site.ended("large.py").field("peak-kib"));
    BOOST_TEST(peak > 64 * 1024);
    BOOST_TEST(peak < 128 * 1024);
}

BOOST_AUTO_TEST_SUITE_END()
