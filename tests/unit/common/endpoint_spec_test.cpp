// SPDX-License-Identifier: BSL-1.0
#include "common/endpoint_spec.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace polyport;
using kind = endpoint_spec::kind;
using namespace std::string_view_literals;

namespace {

endpoint_spec ip(std::string host, std::uint16_t port)
{
    endpoint_spec made;
    made.type = host.empty() ? kind::any_address : kind::host;
    made.host = std::move(host);
    made.port = port;
    return made;
}

endpoint_spec named(kind type, std::string path)
{
    endpoint_spec made;
    made.type = type;
    made.path = std::move(path);
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(endpoint_spec)

BOOST_AUTO_TEST_CASE(every_listed_form_is_read_and_printed_back)
{
    struct row {
        std::string text;
        polyport::endpoint_spec meant;
        std::string printed;
    };
    std::string const longest = "/" + std::string(106, 'x');
    std::vector<row> const rows{
        {"8000", ip("127.0.0.1", 8000), "127.0.0.1:8000"},
        {"0", ip("127.0.0.1", 0), "127.0.0.1:0"},
        {"65535", ip("127.0.0.1", 65535), "127.0.0.1:65535"},
        {"*:8000", ip("", 8000), "*:8000"},
        {"192.0.2.1:8000", ip("192.0.2.1", 8000), "192.0.2.1:8000"},
        {"0.0.0.0:80", ip("0.0.0.0", 80), "0.0.0.0:80"},
        {"[::1]:8000", ip("::1", 8000), "[::1]:8000"},
        {"[::]:0", ip("::", 0), "[::]:0"},
        {"[::ffff:192.0.2.1]:1", ip("::ffff:192.0.2.1", 1), "[::ffff:192.0.2.1]:1"},
        {"[fe80::1%eth0]:8000", ip("fe80::1%eth0", 8000), "[fe80::1%eth0]:8000"},
        {"localhost:8000", ip("localhost", 8000), "localhost:8000"},
        {"a-b_c.example.:1", ip("a-b_c.example.", 1), "a-b_c.example.:1"},
        {"1a:1", ip("1a", 1), "1a:1"},
        {"/run/x.sock", named(kind::unix_path, "/run/x.sock"), "/run/x.sock"},
        {"./x.sock", named(kind::unix_path, "./x.sock"), "./x.sock"},
        {"a:1/x", named(kind::unix_path, "a:1/x"), "a:1/x"},
        {"/with blank", named(kind::unix_path, "/with blank"), "/with blank"},
        {longest, named(kind::unix_path, longest), longest},
        {"@name", named(kind::unix_abstract, "name"), "@name"},
        {"@a/b", named(kind::unix_abstract, "a/b"), "@a/b"},
        {"@" + std::string(107, 'x'), named(kind::unix_abstract, std::string(107, 'x')),
         "@" + std::string(107, 'x')},
        {"fd:web", named(kind::inherited, "web"), "fd:web"},
        {"fd:polyport.socket", named(kind::inherited, "polyport.socket"), "fd:polyport.socket"},
    };
    for (row const& r : rows) {
        BOOST_TEST_CONTEXT(r.text)
        {
            auto const read = parse_endpoint(r.text);
            BOOST_REQUIRE(read.has_value());
            BOOST_TEST((*read == r.meant));
            BOOST_TEST(to_string(*read) == r.printed);
            BOOST_TEST((parse_endpoint(to_string(*read)).value() == r.meant));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_with_the_remedy)
{
    struct row {
        std::string_view text;
        std::string_view expected; // part of the sentence
    };
    std::string const too_long = "/" + std::string(109, 'x');
    std::string const long_name = "@" + std::string(108, 'x');
    std::string const long_label = std::string(64, 'a') + ":1";
    std::vector<row> const rows{
        {"", "write a port, ADDRESS:PORT"},
        {"65536", "port '65536' is out of range: write a number from 0 to 65535"},
        {"99999999999999999999", "out of range"},
        {"+80", "without a sign"},
        {"-1", "without a sign"},
        {"08000", "without leading zeros"},
        {"80 ", "write a port (8000)"},
        {"*", "add a port, such as *:8000"},
        {"*:", "add a port after the colon"},
        {"*:x", "'x' is not a port"},
        {"*:-1", "'-1' is not a port"},
        {"*:+1", "'+1' is not a port"},
        {"*: 1", "' 1' is not a port"},
        {"*:65536", "out of range"},
        {"*:0x50", "'0x50' is not a port"},
        {"*:http", "'http' is not a port"},
        {"**:1", "not an address or a host name"},
        {":8000", "write *:8000 for every address"},
        {"192.0.2.1", "add a port, such as 192.0.2.1:8000"},
        {"localhost", "ADDRESS:PORT"},
        {"x.sock", "a path with a slash in it (./x.sock)"},
        {"256.0.0.1:80", "not an IPv4 address"},
        {"1.2.3:80", "not an IPv4 address"},
        {"1.2.3.4.5:80", "not an IPv4 address"},
        {"127.0.0.01:80", "not an IPv4 address"},
        {"1:80", "not an IPv4 address"},
        {"::1", "stands in brackets"},
        {"::1:8000", "stands in brackets"},
        {"2001:db8::1", "stands in brackets"},
        {"fe80::1%eth0:80", "stands in brackets"},
        {"a:b:c", "too many colons"},
        {"[::1]", "add a port, such as [::1]:8000"},
        {"[::1]8000", "a colon and the port"},
        {"[::1]:", "add a port"},
        {"[::1", "not closed"},
        {"[]:80", "not an IPv6 address"},
        {"[127.0.0.1]:80", "not an IPv6 address"},
        {"[localhost]:80", "not an IPv6 address"},
        {"[::1%]:80", "not an IPv6 address"},
        {"[::1%a%b]:80", "not an IPv6 address"},
        {"[::g]:80", "not an IPv6 address"},
        {"-a:1", "not an address or a host name"},
        {"a-:1", "not an address or a host name"},
        {"a..b:1", "not an address or a host name"},
        {".:1", "not an address or a host name"},
        {"a b:1", "not an address or a host name"},
        {"caf\xC3\xA9:1", "not an address or a host name"},
        {long_label, "not an address or a host name"},
        {"/", "names a directory"},
        {"/run/", "names a directory: add the name of the socket, such as '/run/polyport.sock'"},
        {too_long, "the path is 110 bytes long, 3 more than the 107"},
        {"tcp://127.0.0.1:80", "write it without 'tcp://'"},
        {"unix:/run/x", "write the path alone: '/run/x'"},
        {"@", "add a name after the @"},
        {long_name, "the name is 108 bytes long, 1 more"},
        {"fd:", "FileDescriptorName="},
        {"fd:a b", "printable ASCII"},
        {"fd:a:b", "no colon"},
        {"/a\0b"sv, "control character"},
        {"/a\nb", "control character"},
        {"8000\n", "control character"},
        {"@a\x1b[0m", "control character"},
        {"/a\x7f", "control character"},
    };
    for (row const& r : rows) {
        BOOST_TEST_CONTEXT(r.text)
        {
            auto const read = parse_endpoint(r.text);
            BOOST_REQUIRE(read.has_error());
            std::string const text = read.error().text;
            BOOST_TEST(text.find(r.expected) != std::string::npos, text);
            BOOST_TEST(text.find("is not an endpoint: ") != std::string::npos, text);
            BOOST_TEST(text.find('\n') == std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
