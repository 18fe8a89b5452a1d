// SPDX-License-Identifier: BSL-1.0
#include "services/admin/connection_filter.hpp"
#include "services/admin/connection_order.hpp"
#include "services/admin/query.hpp"

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
        {"a=x+y%20z%2B&%61=%26", {{"a", "x y z+"}, {"a", "&"}}},
    };
    for (auto const& row : table) {
        auto const read = parse_query(row.query);
        BOOST_TEST_REQUIRE(read.has_value(), row.query);
        BOOST_TEST((*read == row.parameters), row.query);
    }
    for (auto const* const wrong : {"a=%", "a=%4", "%zz=1", "a=1&b=%g0"})
        BOOST_TEST(parse_query(wrong).has_error(), wrong);
    std::string many;
    for (std::size_t i = 0; i < max_parameters; ++i)
        many += "a&";
    BOOST_TEST(parse_query(many).has_value());
    BOOST_TEST(parse_query(many + "a").has_error());
}

BOOST_AUTO_TEST_CASE(filters)
{
    connection_filter filter;
    struct {
        parameter from;
        bool good;
    } const table[] = {
        {{"service", "http"}, true},     {{"service", ""}, false},
        {{"transport", "tcp"}, true},    {{"transport", "udp"}, false},
        {{"state", "idle"}, true},       {{"state", "IDLE"}, false},
        {{"peer", "half-closed"}, true}, {{"peer", "gone"}, false},
        {{"remote", "10."}, true},       {{"uid", "0"}, true},
        {{"uid", "-1"}, false},          {{"uid", "4294967296"}, false},
        {{"older", "10s"}, true},        {{"older", "10"}, false},
        {{"idle", "500ms"}, true},       {{"bytes", "64k"}, true},
        {{"bytes", "64 k"}, false},      {{"user", "alice"}, true},
        {{"user", ""}, false},           {{"program", "maybe"}, false},
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
    BOOST_TEST((filter.older == std::chrono::seconds(10)));
    BOOST_TEST(filter.bytes == 65'536U);
    connection_filter none;
    BOOST_TEST(!take_filter(none, {"limit", "3"}).value());
    BOOST_TEST(!none.given);
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
