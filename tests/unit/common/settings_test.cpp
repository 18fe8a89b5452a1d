// SPDX-License-Identifier: BSL-1.0
#include "common/settings.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <vector>

using namespace polyport;
using namespace std::chrono_literals;

namespace {

struct fixture {
    server_settings server;
    std::vector<enabled_endpoint> endpoints;
    option_set options;

    fixture()
    {
        begin_service_group(options);
        declare_service(options, "tcp-uppercase", "ADDR", "answer in upper case", endpoints);
        declare_service(options, "local-stream", "PATH", "the same", endpoints);
        declare(options, server);
    }

    std::vector<std::string> parse(std::initializer_list<char const*> words)
    {
        std::vector<char const*> argv{"polyportd"};
        argv.insert(argv.end(), words);
        return options.parse(static_cast<int>(argv.size()), argv.data()).problems;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(settings, fixture)

BOOST_AUTO_TEST_CASE(endpoints_of_all_services_are_collected_with_their_origin)
{
    BOOST_TEST(parse({"--tcp-uppercase", "8000", "--local-stream", "/run/x", "--tcp-uppercase=*:0"}).empty());
    BOOST_REQUIRE(endpoints.size() == 3U);
    BOOST_TEST(endpoints[0].service == "tcp-uppercase");
    BOOST_TEST(to_string(endpoints[0].where) == "127.0.0.1:8000");
    BOOST_TEST(endpoints[0].origin == "command line");
    BOOST_TEST(endpoints[1].service == "local-stream");
    BOOST_TEST(to_string(endpoints[1].where) == "/run/x");
    BOOST_TEST(to_string(endpoints[2].where) == "*:0");
}

BOOST_AUTO_TEST_CASE(a_bad_endpoint_is_told_with_its_option)
{
    auto const problems = parse({"--tcp-uppercase", "70000"});
    BOOST_REQUIRE(problems.size() == 1U);
    BOOST_TEST(problems[0].starts_with("command line: --tcp-uppercase: '70000' is not an endpoint: "),
               problems[0]);
    BOOST_TEST(endpoints.empty());
}

BOOST_AUTO_TEST_CASE(all_options_reach_their_member)
{
    auto const problems = parse(
        {"--max-connections=5", "--backlog=6", "--idle-timeout=7s", "--write-timeout=8s", "--drain-timeout=0",
         "--flows-max=10", "--flow-idle-timeout=11s", "--ready-file=/r", "--ready-fd=2", "--user=root",
         "--group=root", "--socket-mode=600", "--socket-owner=0:0", "--log-level=error", "--log-format=json",
         "--log-file=/l", "--access-log=/a", "--access-log-format=common"});
    BOOST_TEST(problems == std::vector<std::string>{}, boost::test_tools::per_element());
    BOOST_TEST(server.max_connections == 5U);
    BOOST_TEST(server.backlog == 6U);
    BOOST_TEST((server.idle_timeout == 7s));
    BOOST_TEST((server.write_timeout == 8s));
    BOOST_TEST((server.drain_timeout == 0s));
    BOOST_TEST(server.flows_max == 10U);
    BOOST_TEST((server.flow_idle_timeout == 11s));
    BOOST_TEST(server.ready_file == "/r");
    BOOST_TEST((server.ready_fd == 2U));
    BOOST_TEST(server.user == "root");
    BOOST_TEST(server.group == "root");
    BOOST_TEST(server.socket_mode == 0600U);
    BOOST_TEST((server.socket_owner.user == uid_t{0}));
    BOOST_TEST((server.log.level == log_level::error));
    BOOST_TEST((server.log.format == log_format::json));
    BOOST_TEST(server.log.file == "/l");
    BOOST_TEST(server.log.access_file == "/a");
    BOOST_TEST((server.log.access_format == access_log_format::common));
}

BOOST_AUTO_TEST_CASE(values_out_of_range_are_refused)
{
    for (char const* const word :
         {"--max-connections=0", "--max-connections=1000001", "--backlog=0", "--backlog=65536",
          "--idle-timeout=0", "--idle-timeout=25h", "--drain-timeout=25h", "--flows-max=0", "--ready-fd=0",
          "--ready-fd=999999", "--ready-fd=-1", "--user=no such user", "--group=no such group",
          "--socket-mode=999", "--log-level=loud", "--log-format=xml", "--access-log-format=nginx"}) {
        fixture fresh;
        auto const problems = fresh.parse({word});
        BOOST_TEST(problems.size() == 1U, word);
    }
}

BOOST_AUTO_TEST_SUITE_END()
