// SPDX-License-Identifier: BSL-1.0
#include "common/settings.hpp"
#include "services/http/settings.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include <unistd.h>

using namespace polyport;
using namespace std::chrono_literals;
using list = std::vector<std::string>;

namespace {

struct fixture {
    http::settings http;
    std::vector<enabled_endpoint> endpoints;
    option_set options;

    fixture()
    {
        begin_service_group(options);
        declare_service(options, "http", "ADDR", "serve files", endpoints);
        declare(options, http);
        http::declare_old_names(options);
    }

    list parse(std::initializer_list<char const*> words)
    {
        std::vector<char const*> argv{"polyportd"};
        argv.insert(argv.end(), words);
        return options.parse(static_cast<int>(argv.size()), argv.data()).problems;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_settings, fixture)

BOOST_AUTO_TEST_CASE(the_file_of_the_old_texts_works_as_it_is)
{
    std::string const name = "/tmp/http_settings_test." + std::to_string(::getpid());
    std::ofstream(name) << "Port=80\nDirectory=/\n";
    BOOST_TEST(parse({"--config", name.c_str()}) == list{}, boost::test_tools::per_element());
    BOOST_REQUIRE(endpoints.size() == 1U);
    BOOST_TEST(to_string(endpoints[0].where) == "*:80");
    BOOST_TEST(endpoints[0].origin == name + ":1");
    BOOST_TEST(http.root == "/");

    // Nothing but a port: an endpoint in another form belongs to the option itself.
    for (char const* const value : {"x", "65536", "-1", "/run/x", "127.0.0.1:80", "@x"}) {
        std::ofstream(name) << "Port=" << value << "\n";
        fixture fresh;
        auto const problems = fresh.parse({"--config", name.c_str()});
        BOOST_REQUIRE(problems.size() == 1U);
        BOOST_TEST(problems[0].starts_with(name + ":1: Port: '"), problems[0]);
    }
    std::remove(name.c_str());
}

BOOST_AUTO_TEST_CASE(the_root_is_looked_at)
{
    BOOST_TEST(http::parse_directory("/tmp").value() == "/tmp");
    BOOST_TEST(http::parse_directory("/no/such").error().text ==
               "'/no/such' cannot be opened: no such directory; create it or name another");
    BOOST_TEST(http::parse_directory("/etc/passwd").error().text ==
               "'/etc/passwd' is not a directory: name one");
    BOOST_TEST(http::parse_directory("").has_error());
    BOOST_TEST(
        parse({"--http-root", "/no/such"}) ==
            list{"command line: --http-root: '/no/such' cannot be opened: no such directory; create it or "
                 "name another"},
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(index_names_can_be_listed_and_repeated)
{
    BOOST_TEST((http.index == list{"index.html"}));
    BOOST_TEST(parse({"--http-index", "a.html, b.cgi  c", "--http-index=d"}).empty());
    BOOST_TEST((http.index == list{"a.html", "b.cgi", "c", "d"}));
    for (char const* const value : {"", ",", "..", "a,../b", "/a", "a/b"}) {
        fixture fresh;
        BOOST_TEST(fresh.parse({"--http-index", value}).size() == 1U, value);
    }
}

BOOST_AUTO_TEST_CASE(cgi_rules_replace_the_default_and_off_stands_alone)
{
    BOOST_TEST((http.cgi.rules == std::vector{http::cgi_rule{}}));
    BOOST_TEST(parse({"--http-cgi", "/cgi-bin/", "--http-cgi", ".sh=/bin/sh"}).empty());
    BOOST_REQUIRE(http.cgi.rules.size() == 2U);
    BOOST_TEST(http.cgi.rules[0].match == "/cgi-bin/");

    fixture off;
    BOOST_TEST(off.parse({"--http-cgi", "off"}).empty());
    BOOST_TEST((off.http.cgi.rules[0].type == http::cgi_rule::kind::off));
    fixture both;
    BOOST_TEST(both.parse({"--http-cgi", "off", "--http-cgi", "executable"}) ==
                   list{"http-cgi: off stands beside other rules: give off alone, or leave it out"},
               boost::test_tools::per_element());
    fixture missing;
    auto const problems = missing.parse({"--http-cgi", ".x=/no/such"});
    BOOST_REQUIRE(problems.size() == 1U);
    BOOST_TEST(problems[0].find("the interpreter '/no/such' cannot be run: No such file") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(content_types)
{
    auto const read = http::parse_mime_override(".MD=text/markdown; charset=utf-8").value();
    BOOST_TEST(read.extension == ".md");
    BOOST_TEST(read.type == "text/markdown; charset=utf-8");
    for (char const* const text :
         {"", "md=text/x", ".md", ".=text/x", ".md=", ".md=text", ".md=/x", ".md=text/", ".md=te xt/x",
          ".a/b=text/x", ".a.b=text/x", ".md=text/x\r\nX: y", ".md=text/x\n"})
        BOOST_TEST(http::parse_mime_override(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(error_pages)
{
    auto const read = http::parse_error_page("404=/etc/passwd").value();
    BOOST_TEST(read.status == 404);
    BOOST_TEST(read.file == "/etc/passwd");
    for (char const* const text : {"", "404", "=x", "200=/etc/passwd", "600=/etc/passwd",
                                   "404=", "404=/no/such", "404=/etc", "x=/etc/passwd", "0404=/no"})
        BOOST_TEST(http::parse_error_page(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(variable_names)
{
    for (char const* const text : {"A", "_", "LANG", "a1"})
        BOOST_TEST(http::parse_variable_name(text).value() == text);
    for (char const* const text : {"", "1A", "A B", "A=B", "A-B", "\xC3\xBC"})
        BOOST_TEST(http::parse_variable_name(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(what_programs_have_from_the_request_is_not_passed_on)
{
    for (char const* text : {"LANG", "PATH", "http_proxy", "REMOTE"})
        BOOST_TEST(http::parse_passed_variable(text).value() == text);
    for (char const* text : {"HTTP_PROXY", "PATH_INFO", "REMOTE_USER", "HTTPS", "REQUEST_METHOD", "1"})
        BOOST_TEST(http::parse_passed_variable(text).has_error(), text);
    BOOST_TEST(http::parse_passed_variable("HTTP_PROXY").error().text ==
               "'HTTP_PROXY' is a variable that programs have from the request, never from the daemon's "
               "environment: leave it out, or give it another name");
}

BOOST_AUTO_TEST_CASE(every_option_reaches_its_member)
{
    auto const problems = parse({"--http-listing=on",
                                 "--http-symlinks=follow",
                                 "--http-hidden=on",
                                 "--http-compress=off",
                                 "--http-file-cache=1m",
                                 "--http-cache-control=no-cache",
                                 "--http-max-header-bytes=1k",
                                 "--http-max-header-fields=2",
                                 "--http-max-target=64",
                                 "--http-max-requests=0",
                                 "--http-max-body=3",
                                 "--http-header-timeout=4s",
                                 "--http-body-timeout=5s",
                                 "--http-min-body-rate=6",
                                 "--http-keep-alive-timeout=7s",
                                 "--http-cgi-env=LANG",
                                 "--http-cgi-body=stream",
                                 "--http-cgi-max-header-bytes=2k",
                                 "--http-cgi-timeout=0",
                                 "--http-cgi-idle-timeout=8s",
                                 "--http-cgi-kill-grace=9s",
                                 "--http-cgi-output-grace=10s",
                                 "--http-cgi-max=11",
                                 "--http-cgi-max-per-ip=12",
                                 "--http-cgi-queue=13",
                                 "--http-cgi-queue-timeout=14s",
                                 "--http-cgi-cpu=15s",
                                 "--http-cgi-memory=16m",
                                 "--http-cgi-files=17",
                                 "--http-cgi-processes=18",
                                 "--http-cgi-umask=077",
                                 "--http-cgi-user=root",
                                 "--http-cgi-group=root"});
    BOOST_TEST(problems == list{}, boost::test_tools::per_element());
    BOOST_TEST(http.listing);
    BOOST_TEST((http.symlinks == http::symlink_policy::follow));
    BOOST_TEST(http.hidden);
    BOOST_TEST(!http.compress);
    BOOST_TEST(http.file_cache == 1U << 20);
    BOOST_TEST(http.cache_control == "no-cache");
    BOOST_TEST(http.limits.max_header_bytes == 1024U);
    BOOST_TEST(http.limits.max_header_fields == 2U);
    BOOST_TEST(http.limits.max_target == 64U);
    BOOST_TEST(http.limits.max_requests == 0U);
    BOOST_TEST(http.limits.max_body == 3U);
    BOOST_TEST((http.limits.header_timeout == 4s));
    BOOST_TEST((http.limits.body_timeout == 5s));
    BOOST_TEST(http.limits.min_body_rate == 6U);
    BOOST_TEST((http.limits.keep_alive_timeout == 7s));
    BOOST_TEST((http.cgi.env == list{"LANG"}));
    BOOST_TEST((http.cgi.body == http::cgi_body::stream));
    BOOST_TEST(http.cgi.max_header_bytes == 2048U);
    BOOST_TEST((http.cgi.timeout == 0s));
    BOOST_TEST((http.cgi.idle_timeout == 8s));
    BOOST_TEST((http.cgi.kill_grace == 9s));
    BOOST_TEST((http.cgi.output_grace == 10s));
    BOOST_TEST(http.cgi.max == 11U);
    BOOST_TEST(http.cgi.max_per_ip == 12U);
    BOOST_TEST(http.cgi.queue == 13U);
    BOOST_TEST((http.cgi.queue_timeout == 14s));
    BOOST_TEST((http.cgi.cpu == 15s));
    BOOST_TEST(http.cgi.memory == 16U << 20);
    BOOST_TEST(http.cgi.files == 17U);
    BOOST_TEST(http.cgi.processes == 18U);
    BOOST_TEST(http.cgi.umask == 077U);
    BOOST_TEST(http.cgi.user == "root");
    BOOST_TEST(http.cgi.group == "root");
}

BOOST_AUTO_TEST_CASE(a_target_that_no_head_has_room_for_is_refused)
{
    struct {
        std::initializer_list<char const*> words;
        bool good;
    } const table[] = {
        {{"--http-max-target=15k"}, true},
        {{"--http-max-target=16k"}, false},
        {{"--http-max-target=16k", "--http-max-header-bytes=17k"}, true},
        {{"--http-max-target=1m"}, false},
        {{"--http-max-header-bytes=1k"}, true}, // the default above it does no harm
        {{"--http-max-header-bytes=1k", "--http-max-target=2k"}, false},
    };
    for (auto const& [words, good] : table) {
        fixture fresh;
        auto const problems = fresh.parse(words);
        BOOST_TEST(problems.empty() == good, *words.begin());
        if (!good) {
            BOOST_TEST_REQUIRE(problems.size() == 1U);
            BOOST_TEST(problems.front().find("http-max-target") != std::string::npos, problems.front());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
