// SPDX-License-Identifier: BSL-1.0
#include "common/name_lookup/dns_message.hpp"
#include "common/name_lookup/resolv_conf.hpp"
#include "tests/dns_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport;
using test::dns_labels;
using test::dns_number;
using namespace std::string_literals;
using kind = dns_reply::kind;

namespace {

std::string record(std::string const& owner, unsigned type, std::string const& data, unsigned lifetime = 300)
{
    return owner + dns_number(type) + dns_number(1) + dns_number(0) + dns_number(lifetime) +
           dns_number(static_cast<unsigned>(data.size())) + data;
}

std::string reply(dns_question const& question, std::vector<std::string> const& records,
                  unsigned flags = 0x8180, unsigned id = 7)
{
    auto made = dns_number(id) + dns_number(flags) + dns_number(1) +
                dns_number(static_cast<unsigned>(records.size())) + "\0\0\0\0"s + dns_labels(question.name) +
                dns_number(static_cast<unsigned>(question.type)) + dns_number(1);
    for (auto const& one : records)
        made += one;
    return made;
}

dns_question const reverse{"7.2.0.192.in-addr.arpa", dns_type::ptr};
dns_question const forward{"host.example.org", dns_type::a};
std::string const itself = "\xC0\x0C"; // a pointer to the question's name

} // namespace

BOOST_AUTO_TEST_SUITE(dns_messages)

BOOST_AUTO_TEST_CASE(an_address_has_its_name_in_the_reverse_tree)
{
    BOOST_TEST(reverse_question(parse_ip("192.0.2.7").value()).name == "7.2.0.192.in-addr.arpa");
    BOOST_TEST(reverse_question(parse_ip("2001:db8::567:89ab").value()).name ==
               "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"); // RFC 3596, 2.5
}

BOOST_AUTO_TEST_CASE(a_query_is_one_question_with_room_for_the_answer)
{
    auto const query = make_dns_query({"a.bc", dns_type::aaaa}, 0x1234);
    BOOST_TEST(query == "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01"
                        "\x01"
                        "a\x02"
                        "bc\x00\x00\x1c\x00\x01"
                        "\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00"s);
    for (auto const& bad : {"a..b"s, "."s, std::string(64, 'a'), std::string(254, 'a')})
        BOOST_TEST(make_dns_query({bad, dns_type::a}, 1).empty(), bad);
}

BOOST_AUTO_TEST_CASE(names_and_addresses_are_read)
{
    auto const names =
        read_dns_reply(reply(reverse, {record(itself, 12, dns_labels("Host.Example.ORG")),
                                       record(itself, 12, dns_labels("other.example.org"), 60)}),
                       reverse, 7);
    BOOST_TEST((names.what == kind::answered));
    BOOST_TEST(names.names == (std::vector{"host.example.org"s, "other.example.org"s}),
               boost::test_tools::per_element());
    BOOST_TEST((names.lifetime == std::chrono::seconds(60)));

    auto const addresses = read_dns_reply(
        reply(forward, {record(itself, 1, "\xC0\x00\x02\x07"s), record(itself, 1, "\xC0\x00\x02\x08"s)}),
        forward, 7);
    BOOST_TEST_REQUIRE(addresses.addresses.size() == 2U);
    BOOST_TEST(to_string(addresses.addresses[0]) == "192.0.2.7");

    dns_question const six{"host.example.org", dns_type::aaaa};
    auto const v6 = read_dns_reply(
        reply(six, {record(itself, 28, "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01")}), six, 7);
    BOOST_TEST_REQUIRE(v6.addresses.size() == 1U);
    BOOST_TEST(to_string(v6.addresses[0]) == "2001:db8::1");
}

BOOST_AUTO_TEST_CASE(other_names_lead_to_what_was_asked_for)
{
    auto const chain =
        reply(reverse, {record(itself, 5, dns_labels("7.sub.2.0.192.in-addr.arpa")),
                        record(dns_labels("7.sub.2.0.192.in-addr.arpa"), 12, dns_labels("h.example.org"))});
    BOOST_TEST(read_dns_reply(chain, reverse, 7).names == std::vector{"h.example.org"s},
               boost::test_tools::per_element());
    // A record of a name that nobody asked for is none of ours.
    auto const stray = reply(forward, {record(dns_labels("evil.example.net"), 1, "\x01\x02\x03\x04"s)});
    BOOST_TEST((read_dns_reply(stray, forward, 7).what == kind::answered));
    BOOST_TEST(read_dns_reply(stray, forward, 7).addresses.empty());
    auto const loop = reply(forward, {record(itself, 5, itself)});
    BOOST_TEST(read_dns_reply(loop, forward, 7).addresses.empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_the_answer_does_not_count)
{
    auto const good = record(itself, 1, "\xC0\x00\x02\x07"s);
    struct row {
        char const* what;
        std::string bytes;
        kind expected;
    };
    for (row const& r : {
             row{"another number", reply(forward, {good}, 0x8180, 8), kind::unusable},
             row{"a query", reply(forward, {good}, 0x0180), kind::unusable},
             row{"another opcode", reply(forward, {good}, 0x9180), kind::unusable},
             row{"another name", reply({"host.example.net", dns_type::a}, {good}), kind::unusable},
             row{"another type", reply({"host.example.org", dns_type::aaaa}, {good}), kind::unusable},
             row{"nothing", "", kind::unusable},
             row{"NXDOMAIN", reply(forward, {}, 0x8183), kind::answered},
             row{"SERVFAIL", reply(forward, {}, 0x8182), kind::failed},
             row{"REFUSED", reply(forward, {}, 0x8185), kind::failed},
             row{"cut", reply(forward, {}, 0x8380), kind::truncated},
         })
        BOOST_TEST((read_dns_reply(r.bytes, forward, 7).what == r.expected), r.what);
    auto const bad_host =
        reply(reverse, {record(itself, 12, dns_labels("a b.example.org")),
                        record(itself, 12, dns_labels("x\n.example.org")), record(itself, 12, "\0"s)});
    BOOST_TEST(read_dns_reply(bad_host, reverse, 7).names.empty());
}

BOOST_AUTO_TEST_CASE(any_bytes_are_survived)
{
    auto const good =
        reply(reverse, {record(itself, 12, dns_labels("h.example.org")), record(itself, 5, itself)});
    for (std::size_t size = 0; size < good.size(); ++size)
        BOOST_TEST(
            (read_dns_reply(std::string_view(good).substr(0, size), reverse, 7).what != kind::answered),
            size);
    std::mt19937 random(3);
    for (int i = 0; i < 20'000; ++i) {
        auto bytes = good;
        for (int changes = 0; changes < 3; ++changes)
            bytes[12 + random() % (bytes.size() - 12)] = static_cast<char>(random());
        (void)read_dns_reply(bytes, reverse, 7);
    }
    auto const endless = reply(reverse, {record(itself, 12, "\xC0\x30")}); // a name that points at itself
    (void)read_dns_reply(endless, reverse, 7);
}

BOOST_AUTO_TEST_CASE(name_servers_are_those_of_resolv_conf)
{
    auto const list = [](std::string_view text) {
        std::string all;
        for (auto const& server : servers_of(text))
            all += server.to_string() + " ";
        return all;
    };
    BOOST_TEST(list("# x\nsearch example.org\nnameserver 192.0.2.1\nnameserver\t2001:db8::1 # second\n") ==
               "192.0.2.1:53 [2001:db8::1]:53 ");
    BOOST_TEST(list("nameserver fe80::1%eth0\r\n") == "[fe80::1]:53 ");
    BOOST_TEST(list("nameservers 192.0.2.1\nnameserver x\nnameserver") == "127.0.0.1:53 ");
    BOOST_TEST(list("nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4") ==
               "1.1.1.1:53 1.1.1.2:53 1.1.1.3:53 ");
}

BOOST_AUTO_TEST_SUITE_END()
