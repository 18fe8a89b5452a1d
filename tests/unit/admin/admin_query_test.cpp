// SPDX-License-Identifier: BSL-1.0
#include "common/endpoint_spec.hpp"
#include "common/socket_address.hpp"
#include "services/admin/connection_filter.hpp"
#include "services/admin/connection_order.hpp"
#include "services/admin/query.hpp"
#include "services/admin/remote_match.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace polyport;
using namespace polyport::admin;

BOOST_AUTO_TEST_SUITE(admin_query)

BOOST_AUTO_TEST_CASE(parameters)
{
    struct {
        std::string_view query;
        std::vector<parameter> parameters;
    } const table[] = {
        {"", {}},
        {"&&", {}},
        {"a=1", {{"a", "1"}}},
        {"a=1&b=2", {{"a", "1"}, {"b", "2"}}},
        {"a", {{"a", ""}}},
        {"a=", {{"a", ""}}},
        {"=b", {{"", "b"}}},
        {"a=b=c", {{"a", "b=c"}}},
        {"a=x+y%20z%2B&%62=%26", {{"a", "x y z+"}, {"b", "&"}}},
    };
    for (auto const& row : table) {
        auto const read = parse_query(row.query);
        BOOST_TEST_REQUIRE(read.has_value(), row.query);
        BOOST_TEST((*read == row.parameters), row.query);
    }
    for (auto const* const wrong : {"a=%", "a=%4", "%zz=1", "a=1&b=%g0", "a=1&a=2", "a=1&b=2&%61=1"})
        BOOST_TEST(parse_query(wrong).has_error(), wrong);
    BOOST_TEST(parse_query("service=a&service=b").error().text.find("'service'") != std::string::npos);
    std::string many;
    for (std::size_t i = 0; i < max_parameters; ++i)
        many += "a" + std::to_string(i) + "&";
    BOOST_TEST(parse_query(many).has_value());
    BOOST_TEST(parse_query(many + "b").has_error());
}

BOOST_AUTO_TEST_CASE(filters)
{
    connection_filter filter;
    struct {
        parameter from;
        bool good;
    } const table[] = {
        {{"service", "http"}, true},
        {{"service", ""}, false},
        {{"transport", "tcp"}, true},
        {{"transport", "udp"}, false},
        {{"state", "idle"}, true},
        {{"state", "IDLE"}, false},
        {{"peer", "half-closed"}, true},
        {{"peer", "gone"}, false},
        {{"remote", "10."}, true},
        {{"uid", "0"}, true},
        {{"uid", "-1"}, false},
        {{"uid", "4294967296"}, false},
        {{"older", "10s"}, true},
        {{"older", "10"}, false},
        {{"idle", "500ms"}, true},
        {{"bytes", "64k"}, true},
        {{"bytes", "64 k"}, false},
        {{"user", "alice"}, true},
        {{"user", ""}, false},
        {{"program", "maybe"}, false},
        {{"control", "off"}, true},
        {{"control", "some"}, false},
        {{"text", "ABC"}, true},
        {{"text", ""}, false},
        {{"remote", "10.0.0.1/8"}, false},
    };
    for (auto const& row : table) {
        auto const taken = take_filter(filter, row.from);
        BOOST_TEST(taken.has_value() == row.good, row.from.name << "=" << row.from.value);
        if (taken)
            BOOST_TEST(*taken);
        else
            BOOST_TEST(taken.error().text.starts_with(row.from.name + ": "), taken.error().text);
    }
    BOOST_TEST(filter.given);
    BOOST_TEST((filter.common.older == std::chrono::seconds(10)));
    BOOST_TEST(filter.common.bytes == 65'536U);
    BOOST_TEST(filter.text == "abc");
    connection_filter none;
    BOOST_TEST(!take_filter(none, {"limit", "3"}).value());
    BOOST_TEST(!none.given);
}

BOOST_AUTO_TEST_CASE(remotes)
{
    struct {
        std::string_view text;
        std::vector<std::string> matches;
        std::vector<std::string> differs;
    } const table[] = {
        {"192.0.2.1", {"192.0.2.1:80", "192.0.2.1:81"}, {"192.0.2.10:80", "192.0.2.100:80", "/192.0.2.1"}},
        {"192.0.2.1:80", {"192.0.2.1:80"}, {"192.0.2.1:8080", "192.0.2.1:81"}},
        {"192.0.2.", {"192.0.2.0:1", "192.0.2.255:1"}, {"192.0.20.1:1", "192.0.3.1:1"}},
        {"10.", {"10.9.8.7:1"}, {"100.0.0.1:1"}},
        {"127.0.0.0/8", {"127.0.0.1:1", "127.9.0.1:1"}, {"128.0.0.1:1"}},
        {"::1", {"[::1]:80", "[::1]:9"}, {"[::1:1]:80", "127.0.0.1:80"}},
        {"[::1]", {"[::1]:80"}, {"[::2]:80"}},
        {"[::1]:80", {"[::1]:80"}, {"[::1]:8080"}},
        {"2001:db8::/32", {"[2001:db8::7]:1"}, {"[2001:db9::7]:1"}},
        {"192.0.2.7", {"[::ffff:192.0.2.7]:1"}, {}}, // as it is shown
        {"/run/", {"/run/x.sock"}, {"/var/run/x", "@/run/x"}},
        {"@na", {"@name"}, {"@other", "/na"}},
        {"unnamed", {"unnamed"}, {"/x"}},
    };
    auto const address = [](std::string text) {
        if (text.front() == '/')
            return socket_address::from_unix(text);
        if (text == "unnamed")
            return socket_address::from_unix("");
        if (text.front() == '@') {
            text.front() = '\0';
            return socket_address::from_unix(text);
        }
        return resolve(parse_endpoint(text).value()).value().front();
    };
    for (auto const& row : table) {
        auto const read = remote_match::parse(row.text);
        BOOST_TEST_REQUIRE(read.has_value(), row.text);
        for (auto const& one : row.matches)
            BOOST_TEST(read->matches(address(one)), row.text << " and " << one);
        for (auto const& one : row.differs)
            BOOST_TEST(!read->matches(address(one)), row.text << " and " << one);
    }
    for (auto const* const wrong :
         {"", "[::1", "192.0.2", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:x", "256.",
          "1.2.3.4.", "2001:db8:", "10.0.0.1/8", "10.0.0.0/33", "example.org", "[::1]x", "[::1]:"})
        BOOST_TEST(remote_match::parse(wrong).has_error(), wrong);
    BOOST_TEST(remote_match::parse("fe80::1%eth0").has_value());
    BOOST_TEST(remote_match::parse("x%eth0").has_error());
}

BOOST_AUTO_TEST_CASE(orders)
{
    using by = connection_order::by;
    BOOST_TEST((parse_order("id")->is_by_coming()));
    BOOST_TEST((!parse_order("-id")->is_by_coming()));
    BOOST_TEST((parse_order("-bytes")->key == by::bytes));
    BOOST_TEST((parse_order("-bytes")->descending));
    BOOST_TEST((parse_order("rtt")->asks_kernel()));
    for (auto const* const wrong : {"", "-", "colour", "--id", "ID"})
        BOOST_TEST(parse_order(wrong).has_error(), wrong);
    std::vector<ordered_connection> all{{3, 1}, {1, 2}, {2, 3}, {1, 4}};
    parse_order("idle")->sort(all, 3);
    BOOST_TEST_REQUIRE(all.size() == 3U);
    BOOST_TEST(all[0].id == 2U);
    BOOST_TEST(all[1].id == 4U);
    BOOST_TEST(all[2].id == 3U);
    all = {{3, 1}, {1, 2}, {3, 3}};
    parse_order("-idle")->sort(all, 10);
    BOOST_TEST(all[0].id == 1U);
    BOOST_TEST(all[1].id == 3U);
}

BOOST_AUTO_TEST_CASE(end_modes)
{
    auto how = end_mode::close;
    BOOST_TEST(take_end_mode(how, {"how", "reset"}).value());
    BOOST_TEST((how == end_mode::reset));
    BOOST_TEST(!take_end_mode(how, {"limit", "1"}).value());
    BOOST_TEST(take_end_mode(how, {"how", "gently"}).has_error());
}

BOOST_AUTO_TEST_SUITE_END()
