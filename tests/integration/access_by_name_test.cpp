// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/access_site.hpp"
#include "tests/integration/daemon.hpp"
#include "tests/integration/dns_server.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;
using list = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(access_by_name)

BOOST_AUTO_TEST_CASE(a_name_counts_if_its_addresses_confirm_it)
{
    dns_server names;
    names.name("127.0.0.1", {"good.example.org"});
    names.addresses("good.example.org", {"192.0.2.1", "127.0.0.1"});
    names.name("127.0.0.2", {"good.example.org"}); // forged: the name has another address
    names.name("127.0.0.3", {"forged.example.net", "also.example.org"});
    names.addresses("also.example.org", {"127.0.0.3"});
    names.addresses("forged.example.net", {"192.0.2.1"});
    list many;
    for (int i = 0; i < 200; ++i)
        many.push_back("192.0.2." + std::to_string(i));
    many.emplace_back("127.0.0.4");
    names.name("127.0.0.4", {"many.example.org"});
    names.addresses("many.example.org", many); // does not fit: asked for again over TCP

    daemon_process const server({"--tcp-uppercase", "0", "--udp-uppercase", "0", "--dns-server",
                                 names.address(), "--access", "allow all .example.org", "--access",
                                 "deny all all"});
    auto const from = [&](std::string const& address) {
        return is_served(connect_tcp(server.port("tcp-uppercase"), "127.0.0.1", address));
    };
    BOOST_TEST(from("127.0.0.1"));
    BOOST_TEST(!from("127.0.0.2"));
    BOOST_TEST(from("127.0.0.3"));
    BOOST_TEST(from("127.0.0.4"));
    BOOST_TEST(names.asked_over_tcp() == 1);
    BOOST_TEST(!from("127.0.0.5")); // no name at all
    int const asked = names.asked();
    for (int again = 0; again < 3; ++again) {
        BOOST_TEST(from("127.0.0.1"));
        BOOST_TEST(!from("127.0.0.2"));
        BOOST_TEST(!from("127.0.0.5"));
    }
    BOOST_TEST(names.asked() == asked); // remembered
    // A datagram does not wait for its name, and its sender asks again.
    unique_fd const sender = connect_udp(server.port("udp-uppercase"));
    BOOST_TEST(is_answered(sender));
}

BOOST_AUTO_TEST_CASE(a_name_that_cannot_be_found_out_denies_in_time)
{
    dns_server names;
    names.keep_silent("1.0.0.127.in-addr.arpa");
    daemon_process const server({"--tcp-uppercase", "0", "--dns-server", names.address(), "--dns-timeout",
                                 "300ms", "--access", "deny tcp-uppercase .evil.net"});
    auto const before = std::chrono::steady_clock::now();
    unique_fd const slow = connect_tcp(server.port("tcp-uppercase"));
    // Nobody else waits: 127.0.0.2 has no name, which denies as well, but at once.
    BOOST_TEST(!is_served(connect_tcp(server.port("tcp-uppercase"), "127.0.0.1", "127.0.0.2")));
    BOOST_TEST(!is_served(slow));
    BOOST_TEST((std::chrono::steady_clock::now() - before < std::chrono::seconds(20)));
    names.name("127.0.0.3", {"h.good.net"});
    names.addresses("h.good.net", {"127.0.0.3"});
    BOOST_TEST(is_served(connect_tcp(server.port("tcp-uppercase"), "127.0.0.1", "127.0.0.3")));
}

BOOST_AUTO_TEST_CASE(requests_and_programs_know_the_name_and_nobody_asks_without_need)
{
    dns_server names;
    names.name("127.0.0.1", {"client.example.org"});
    names.addresses("client.example.org", {"127.0.0.1"});
    access_site const files;
    write_file(files.root / "private" / "show",
               "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' \"$REMOTE_HOST\"\n");
    fs::permissions(files.root / "private" / "show", fs::perms::owner_all);
    daemon_process const server(
        files.arguments({"--dns-server", names.address(), "--http-access",
                         "allow /private/ client.example.org", "--http-access", "deny /private/ all"}));
    BOOST_TEST(http_get(server.port("http"), "/open.txt").status == 200);
    BOOST_TEST(names.asked() == 0);
    BOOST_TEST(http_get(server.port("http"), "/private/x.txt").body == "secret");
    BOOST_TEST(http_get(server.port("http"), "/private/show").body == "client.example.org");
    BOOST_TEST(names.asked() == 2);
}

BOOST_AUTO_TEST_CASE(a_client_of_ipv6_has_a_name_too)
{
    dns_server names;
    names.name("::1", {"six.example.org"});
    names.addresses("six.example.org", {"127.0.0.1", "2001:db8::1"}); // of IPv4 it does not confirm
    names.name("127.0.0.1", {"six.example.org"});
    list const arguments{"--tcp-uppercase", "[::1]:0",       "--tcp-uppercase", "0",
                         "--dns-server",    names.address(), "--access",        "allow all six.example.org",
                         "--access",        "deny all all"};
    {
        daemon_process const server(arguments);
        BOOST_TEST(!is_served(connect_tcp(server.port("tcp-uppercase"), "::1")));
        BOOST_TEST(is_served(connect_tcp(server.port("tcp-uppercase", 1))));
    }
    names.addresses("six.example.org", {"::1"});
    daemon_process const server(arguments);
    BOOST_TEST(is_served(connect_tcp(server.port("tcp-uppercase"), "::1")));
}

BOOST_AUTO_TEST_CASE(a_datagram_is_dropped_until_the_name_is_known)
{
    dns_server names;
    names.name("127.0.0.1", {"good.example.org"});
    names.addresses("good.example.org", {"127.0.0.1"});
    daemon_process const server({"--udp-uppercase", "0", "--dns-server", names.address(), "--access",
                                 "allow all .example.org", "--access", "deny all all"});
    auto const port = server.port("udp-uppercase");
    auto const said = [&](std::string_view reason) {
        return server.log()
            .wait_for([&](log_line const& line) {
                return line.event() == "refused" && line.field("reason") == reason;
            })
            .has_value();
    };
    unique_fd const sender = connect_udp(port);
    BOOST_TEST(!is_answered(sender));
    BOOST_TEST(said("name-pending"));
    BOOST_TEST(eventually([&] { return is_answered(sender); }));
    BOOST_TEST(names.asked() == 2);
    // One without a name: first it is looked up, then denied.
    unique_fd const stranger = bind_udp(0, "127.0.0.2");
    BOOST_TEST(eventually([&] {
        send_datagram_from(stranger, "127.0.0.2", port, "x");
        return server.log().text().find("access-rule") != std::string::npos;
    }));
    BOOST_TEST(said("access-rule"));
}

// Many who are denied must not fill the log, by name no more than by address.
BOOST_AUTO_TEST_CASE(connections_denied_by_name_leave_no_records_but_a_few)
{
    dns_server names;
    names.name("127.0.0.1", {"good.example.org"});
    names.addresses("good.example.org", {"127.0.0.1"});
    daemon_process server({"--tcp-uppercase", "0", "--dns-server", names.address(), "--access",
                           "allow all .example.org", "--access", "deny all all"});
    auto const port = server.port("tcp-uppercase");
    for (int i = 2; i < 62; ++i)
        BOOST_TEST(!is_served(connect_tcp(port, "127.0.0.1", "127.0.1." + std::to_string(i))));
    BOOST_TEST(is_served(connect_tcp(port)));
    BOOST_TEST(server.log().wait_for_count("closed", 1));
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(server.log().count("opened") == 1U);
    BOOST_TEST(server.log().count("closed") == 1U);
    BOOST_TEST(server.log().count("refused") >= 10U);
    BOOST_TEST(server.log().count("refused") < 60U);
}

BOOST_AUTO_TEST_SUITE_END()
