// SPDX-License-Identifier: BSL-1.0
#include "common/socket_address.hpp"
#include "common/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstring>
#include <set>
#include <unordered_set>

#include <arpa/inet.h>
#include <sys/un.h>

using namespace polyport;
using namespace std::string_literals;

namespace {

sockaddr const* as_any(void const* address)
{
    return static_cast<sockaddr const*>(address);
}

socket_address ipv4(char const* host, std::uint16_t port)
{
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    raw.sin_port = htons(port);
    BOOST_REQUIRE(inet_pton(AF_INET, host, &raw.sin_addr) == 1);
    return socket_address::from(as_any(&raw), sizeof raw);
}

socket_address ipv6(char const* host, std::uint16_t port, std::uint32_t scope = 0)
{
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_port = htons(port);
    raw.sin6_scope_id = scope;
    BOOST_REQUIRE(inet_pton(AF_INET6, host, &raw.sin6_addr) == 1);
    return socket_address::from(as_any(&raw), sizeof raw);
}

/// What the kernel would have filled in for a name of those bytes.
socket_address unix_of(std::string const& bytes)
{
    sockaddr_un raw{};
    raw.sun_family = AF_UNIX;
    std::memcpy(raw.sun_path, bytes.data(), bytes.size());
    return socket_address::from(as_any(&raw),
                                static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + bytes.size()));
}

socket_address through_fill(socket_address const& address)
{
    sockaddr_storage storage{};
    socklen_t const length = address.fill(storage);
    return socket_address::from(as_any(&storage), length);
}

} // namespace

BOOST_AUTO_TEST_SUITE(socket_address)

BOOST_AUTO_TEST_CASE(addresses_are_printed_as_people_write_them)
{
    BOOST_TEST(ipv4("127.0.0.1", 8000).to_string() == "127.0.0.1:8000");
    BOOST_TEST(ipv6("::1", 8000).to_string() == "[::1]:8000");
    BOOST_TEST(ipv6("2001:db8::7", 1).host() == "2001:db8::7");
    BOOST_TEST(ipv6("::ffff:192.0.2.7", 80).to_string() == "192.0.2.7:80");
    BOOST_TEST(ipv6("::ffff:192.0.2.7", 80).host() == "192.0.2.7");
    BOOST_TEST(ipv6("fe80::1", 80, 1).to_string() == "[fe80::1%lo]:80");
    BOOST_TEST(ipv6("fe80::1", 80, 987654).to_string() == "[fe80::1%987654]:80");
    BOOST_TEST(unix_of("/run/x.sock"s).to_string() == "/run/x.sock");
    BOOST_TEST(unix_of("/run/x.sock\0"s).to_string() == "/run/x.sock");
    BOOST_TEST(unix_of("\0name"s).to_string() == "@name");
    BOOST_TEST(unix_of("\0na\0me"s).to_string() == "@na\\x00me");
    BOOST_TEST(unix_of("/a\x1b[0m"s).to_string() == "/a\\x1b[0m");
    BOOST_TEST(unix_of(""s).to_string() == "unnamed");
    BOOST_TEST(polyport::socket_address().to_string() == "unnamed");
}

BOOST_AUTO_TEST_CASE(kinds_are_told_apart)
{
    BOOST_TEST(ipv4("127.0.0.1", 8000).is_ip());
    BOOST_TEST(!ipv4("127.0.0.1", 8000).is_unix());
    BOOST_TEST(!ipv4("0.0.0.0", 0).is_unnamed());
    BOOST_TEST(ipv4("127.0.0.1", 8000).port() == 8000);
    BOOST_TEST(ipv6("::1", 65535).port() == 65535);
    BOOST_TEST(unix_of("/x"s).is_unix());
    BOOST_TEST(unix_of("/x"s).port() == 0);
    BOOST_TEST(unix_of("/x"s).host() == "");
    BOOST_TEST(!unix_of("/x"s).is_abstract());
    BOOST_TEST(unix_of("\0x"s).is_abstract());
    BOOST_TEST(unix_of("\0x"s).unix_name() == "\0x"s);
    BOOST_TEST(unix_of(""s).is_unnamed());
    BOOST_TEST(unix_of(""s).is_unix());
    BOOST_TEST(polyport::socket_address().is_unnamed());
    BOOST_TEST(polyport::socket_address().family() == AF_UNSPEC);

    auto address = ipv6("::1", 1);
    address.set_port(2);
    BOOST_TEST(address.port() == 2);
}

BOOST_AUTO_TEST_CASE(what_is_too_short_or_unknown_is_no_address)
{
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    BOOST_TEST(polyport::socket_address::from(as_any(&raw), 0).family() == AF_UNSPEC);
    BOOST_TEST(polyport::socket_address::from(as_any(&raw), 1).family() == AF_UNSPEC);
    BOOST_TEST(polyport::socket_address::from(as_any(&raw), 8).family() == AF_UNSPEC);
    raw.sin_family = AF_INET6;
    BOOST_TEST(polyport::socket_address::from(as_any(&raw), sizeof raw).family() == AF_UNSPEC);
    raw.sin_family = AF_NETLINK;
    BOOST_TEST(polyport::socket_address::from(as_any(&raw), sizeof raw).family() == AF_UNSPEC);
}

BOOST_AUTO_TEST_CASE(fill_gives_back_what_came_in)
{
    for (auto const& address :
         {ipv4("192.0.2.1", 80), ipv6("2001:db8::1", 443), ipv6("fe80::1", 1, 7), unix_of("/run/x.sock"s),
          unix_of("\0abstract"s), unix_of("\0a\0b"s), unix_of(""s), unix_of("/" + std::string(106, 'x')),
          unix_of("/" + std::string(107, 'x')), unix_of("\0"s + std::string(107, 'x'))})
        BOOST_TEST((through_fill(address) == address), address.to_string());
    BOOST_TEST(polyport::socket_address::from_unix(std::string(500, 'x')).unix_name().size() ==
               max_unix_path);
}

BOOST_AUTO_TEST_CASE(equality_and_hash_agree)
{
    std::vector<polyport::socket_address> const different{
        ipv4("127.0.0.1", 1), ipv4("127.0.0.1", 2),      ipv4("127.0.0.2", 1),  ipv6("::1", 1),
        ipv6("::1", 2),       ipv6("fe80::1", 1, 1),     ipv6("fe80::1", 1, 2), ipv6("::ffff:127.0.0.1", 1),
        unix_of("/a"s),       unix_of("\0/a"s),          unix_of("\0a"s),       unix_of(""s),
        unix_of("/b"s),       polyport::socket_address()};
    std::unordered_set<polyport::socket_address> set;
    for (std::size_t i = 0; i < different.size(); ++i) {
        for (std::size_t j = 0; j < different.size(); ++j)
            BOOST_TEST((different[i] == different[j]) == (i == j));
        BOOST_TEST(different[i].hash() == through_fill(different[i]).hash());
        set.insert(different[i]);
    }
    BOOST_TEST(set.size() == different.size());
}

BOOST_AUTO_TEST_CASE(neighbouring_addresses_hash_apart)
{
    std::set<std::size_t> low_bits;
    for (std::uint16_t port = 1; port <= 1024; ++port)
        low_bits.insert(ipv4("127.0.0.1", port).hash() & 1023);
    // 1024 balls in 1024 bins leave about 63 % of them taken.
    BOOST_TEST(low_bits.size() > 550U);
}

BOOST_AUTO_TEST_CASE(the_kernel_tells_the_ends_of_a_socket)
{
    unique_fd const fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_storage storage{};
    socklen_t const length = ipv4("127.0.0.1", 0).fill(storage);
    BOOST_REQUIRE(::bind(fd.get(), as_any(&storage), length) == 0);
    auto const local = polyport::socket_address::local_of(fd.get());
    BOOST_REQUIRE(local.has_value());
    BOOST_TEST(local->host() == "127.0.0.1");
    BOOST_TEST(local->port() != 0);
    BOOST_TEST((polyport::socket_address::peer_of(fd.get()).error() ==
                error_code(ENOTCONN, boost::system::system_category())));
    BOOST_TEST((polyport::socket_address::local_of(-1).error() ==
                error_code(EBADF, boost::system::system_category())));

    int pair[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    unique_fd const a(pair[0]);
    unique_fd const b(pair[1]);
    BOOST_TEST(polyport::socket_address::peer_of(a.get())->is_unnamed());
    BOOST_TEST(polyport::socket_address::peer_of(a.get())->is_unix());
}

BOOST_AUTO_TEST_CASE(endpoints_resolve_to_what_can_be_bound)
{
    auto const resolved = [](std::string_view text) {
        std::vector<std::string> texts;
        for (auto const& address : resolve(parse_endpoint(text).value()).value())
            texts.push_back(address.to_string());
        return texts;
    };
    using list = std::vector<std::string>;
    BOOST_TEST((resolved("8000") == list{"127.0.0.1:8000"}));
    BOOST_TEST((resolved("192.0.2.1:1") == list{"192.0.2.1:1"}));
    BOOST_TEST((resolved("[2001:db8::1]:1") == list{"[2001:db8::1]:1"}));
    BOOST_TEST((resolved("/run/x") == list{"/run/x"}));
    BOOST_TEST((resolved("@x") == list{"@x"}));
    auto const any = resolved("*:80");
    BOOST_TEST((any == list{"[::]:80"} || any == list{"0.0.0.0:80"}));
    auto const local = resolved("LocalHost:80");
    BOOST_TEST((local == list{"127.0.0.1:80", "[::1]:80"} || local == list{"127.0.0.1:80"}));
    BOOST_TEST(resolve(parse_endpoint("fd:web").value()).has_error());
    // RFC 6761, section 6.4: never a host.
    auto const none = resolve(parse_endpoint("no-such-host.invalid:80").value());
    BOOST_REQUIRE(none.has_error());
    BOOST_TEST(none.error().text.find("'no-such-host.invalid' cannot be resolved") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
