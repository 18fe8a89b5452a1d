// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/environment.hpp"
#include "services/http/cgi/field_variables.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::cgi;

namespace {

using variables = std::map<std::string, std::string>;

variables all_of(environment const& made)
{
    variables all;
    for (std::size_t i = 0; i < made.size(); ++i) {
        std::string_view const one = made[i];
        auto const sign = one.find('=');
        BOOST_REQUIRE(sign != std::string_view::npos);
        bool const is_new = all.emplace(one.substr(0, sign), one.substr(sign + 1)).second;
        BOOST_TEST(is_new, "twice: " << one);
    }
    BOOST_TEST(made.data()[made.size()] == nullptr);
    return all;
}

request_facts simple_request()
{
    request_facts request;
    request.method = "GET";
    request.target = "/cgi-bin/prog?q=1";
    request.query = "q=1";
    request.protocol = "HTTP/1.1";
    request.script_name = "/cgi-bin/prog";
    request.script_filename = "/srv/www/cgi-bin/prog";
    request.document_root = "/srv/www";
    request.server_name = "example.org";
    request.server_addr = "192.0.2.1";
    request.server_port = 8080;
    request.server_software = "polyport/1";
    request.remote_addr = "192.0.2.7";
    request.remote_port = 50000;
    return request;
}

variables const simple_variables{
    {"DOCUMENT_ROOT", "/srv/www"},
    {"GATEWAY_INTERFACE", "CGI/1.1"},
    {"QUERY_STRING", "q=1"},
    {"REDIRECT_STATUS", "200"},
    {"REMOTE_ADDR", "192.0.2.7"},
    {"REMOTE_HOST", "192.0.2.7"},
    {"REMOTE_PORT", "50000"},
    {"REQUEST_METHOD", "GET"},
    {"REQUEST_URI", "/cgi-bin/prog?q=1"},
    {"SCRIPT_FILENAME", "/srv/www/cgi-bin/prog"},
    {"SCRIPT_NAME", "/cgi-bin/prog"},
    {"SERVER_ADDR", "192.0.2.1"},
    {"SERVER_NAME", "example.org"},
    {"SERVER_PORT", "8080"},
    {"SERVER_PROTOCOL", "HTTP/1.1"},
    {"SERVER_SOFTWARE", "polyport/1"},
};

void check(request_facts const& request, variables const& expected)
{
    auto const made = make_environment(request, {});
    BOOST_REQUIRE(made.has_value());
    auto const all = all_of(*made);
    for (auto const& [name, value] : expected) {
        auto const found = all.find(name);
        BOOST_TEST((found != all.end()), "missing: " << name);
        if (found != all.end())
            BOOST_TEST(found->second == value, name << " is " << found->second << ", not " << value);
    }
    for (auto const& [name, value] : all)
        BOOST_TEST(expected.count(name) == 1, "too many: " << name << "=" << value);
}

/// The HTTP_* variables that fields become, in order; "clash" if they are refused.
std::string of_fields(std::vector<field_view> const& fields)
{
    auto request = simple_request();
    request.fields = fields;
    auto const made = make_environment(request, {});
    if (!made)
        return "clash";
    std::string text;
    for (std::size_t i = 0; i < made->size(); ++i) {
        if ((*made)[i].starts_with("HTTP_"))
            text.append((*made)[i].substr(5)).append("|");
    }
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_environment)

BOOST_AUTO_TEST_CASE(a_simple_request_has_just_these_variables)
{
    check(simple_request(), simple_variables);
}

BOOST_AUTO_TEST_CASE(variables_come_only_with_what_they_tell)
{
    auto request = simple_request();
    auto expected = simple_variables;

    request.query = "";
    expected["QUERY_STRING"] = "";
    check(request, expected);

    request.path_info = "/extra path/é";
    request.path_translated = "/srv/www/extra path/é";
    expected["PATH_INFO"] = "/extra path/é";
    expected["PATH_TRANSLATED"] = "/srv/www/extra path/é";
    check(request, expected);

    request.content_length = 18446744073709551615U;
    expected["CONTENT_LENGTH"] = "18446744073709551615";
    check(request, expected);

    request.auth_type = "Basic";
    request.remote_user = "anna";
    expected["AUTH_TYPE"] = "Basic";
    expected["REMOTE_USER"] = "anna";
    check(request, expected);

    request.remote_host = "client.example";
    expected["REMOTE_HOST"] = "client.example";
    check(request, expected);

    request.https = true;
    expected["HTTPS"] = "on";
    check(request, expected);

    request.remote_port = 0;
    expected.erase("REMOTE_PORT");
    request.server_port = 0;
    expected["SERVER_PORT"] = "80";
    request.server_addr = "";
    expected.erase("SERVER_ADDR");
    check(request, expected);
}

BOOST_AUTO_TEST_CASE(content_type_is_a_variable_of_its_own)
{
    auto request = simple_request();
    std::vector<field_view> const fields{{"content-TYPE", "text/plain"}, {"Content-Length", "5"}};
    request.fields = fields;
    request.content_length = 5;
    auto expected = simple_variables;
    expected["CONTENT_TYPE"] = "text/plain";
    expected["CONTENT_LENGTH"] = "5";
    check(request, expected);
}

BOOST_AUTO_TEST_CASE(fields_become_variables)
{
    struct {
        std::vector<field_view> fields;
        std::string_view variables;
    } const table[] = {
        {{{"Host", "a"}, {"accept", "*/*"}}, "HOST=a|ACCEPT=*/*|"},
        {{{"X-Long-Name", "v=1"}, {"x.y~z", ""}}, "X_LONG_NAME=v=1|X_Y_Z=|"},
        {{{"Accept", "a"}, {"Host", "h"}, {"accept", "b"}, {"ACCEPT", "c"}}, "ACCEPT=a, b, c|HOST=h|"},
        {{{"Cookie", "a=1"}, {"cookie", "b=2"}}, "COOKIE=a=1; b=2|"},
        {{{"Authorization", "Basic x"}, {"Proxy", "evil:80"}, {"Proxy-Authorization", "x"}}, ""},
        {{{"PROXY_AUTHORIZATION", "x"}, {"pRoXy", "x"}, {"Proxy-Anything", "x"}}, ""},
        {{{"Proximity", "1"}, {"Te-st", "2"}, {"Upgrade-Insecure-Requests", "1"}},
         "PROXIMITY=1|TE_ST=2|UPGRADE_INSECURE_REQUESTS=1|"},
        {{{"Keep-Alive", "5"}, {"TE", "trailers"}, {"Trailer", "x"}, {"Transfer-Encoding", "chunked"}}, ""},
        {{{"Transfer_Encoding", "chunked"}, {"Content_Length", "7"}, {"Upgrade", "h2c"}}, ""},
        {{{"Connection", "close, X-Hop"}, {"X-Hop", "1"}, {"x-hop", "2"}, {"X-End", "3"}}, "X_END=3|"},
        {{{"Connection", "host"}, {"Host", "a"}}, "HOST=a|"},
        {{{"X-A", "1"}, {"X_A", "2"}}, "clash"},
        {{{"X-A", "1"}, {"x.a", "2"}}, "clash"},
        {{{"X_A", "1"}}, "X_A=1|"},
        {{{"Content-Type", "a"}, {"Content_Type", "b"}}, ""},
    };
    for (auto const& [fields, expected] : table) {
        BOOST_TEST_CONTEXT(fields.front().name)
        {
            BOOST_TEST(of_fields(fields) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_environment_of_the_daemon_stays_out_of_it)
{
    ::setenv("POLYPORT_TEST_SECRET", "s", 1);
    ::setenv("POLYPORT_TEST_WANTED", "w=1", 1);
    ::setenv("HTTP_PROXY", "evil:80", 1);
    ::setenv("REMOTE_USER", "root", 1);
    std::vector<std::string> const names{"POLYPORT_TEST_WANTED", "POLYPORT_TEST_UNSET", "HTTP_PROXY",
                                         "REMOTE_USER", "PATH"};
    auto const inherited = inherited_variables(names);
    BOOST_TEST(inherited.size() == 2);
    BOOST_TEST(inherited.at(0) == std::string("PATH=") + ::getenv("PATH"));
    BOOST_TEST(inherited.at(1) == "POLYPORT_TEST_WANTED=w=1");

    auto const made = make_environment(simple_request(), inherited);
    BOOST_REQUIRE(made.has_value());
    BOOST_TEST(made->size() == simple_variables.size() + 2);
    BOOST_TEST(made->find("POLYPORT_TEST_WANTED").value() == "w=1");
    BOOST_TEST(!made->find("POLYPORT_TEST_SECRET").has_value());
    BOOST_TEST(!made->find("POLYPORT_TEST").has_value());

    for (char const* const name :
         {"POLYPORT_TEST_SECRET", "POLYPORT_TEST_WANTED", "HTTP_PROXY", "REMOTE_USER"})
        ::unsetenv(name);
}

// The one allocation is as large as computed beforehand: under a sanitizer this tests the bound.
BOOST_AUTO_TEST_CASE(everything_at_once_fits_into_the_block)
{
    auto request = simple_request();
    request.path_info = "/p";
    request.path_translated = "/t";
    request.content_length = 18446744073709551615U;
    request.server_port = 65535;
    request.remote_port = 65535;
    request.auth_type = "Digest";
    request.remote_user = "u";
    request.https = true;
    std::vector<field_view> fields{{"content-type", ""}};
    std::vector<std::string> names;
    for (int i = 0; i < 200; ++i)
        names.push_back("x" + std::to_string(i));
    for (auto const& name : names)
        fields.push_back({name, ""});
    for (int i = 0; i < 200; ++i)
        fields.push_back({"a", "b"});
    request.fields = fields;
    auto const made = make_environment(request, {});
    BOOST_REQUIRE(made.has_value());
    BOOST_TEST(all_of(*made).size() == simple_variables.size() + 7 + 201);
}

BOOST_AUTO_TEST_SUITE_END()
