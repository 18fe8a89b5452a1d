// SPDX-License-Identifier: BSL-1.0
#include "client/destination.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>

using namespace polyport;
using namespace polyport::client;

namespace {

/// "datagram 127.0.0.1:8000", or what the problem says.
std::string judge(std::string_view text)
{
    auto const to = parse_destination(text);
    if (!to)
        return to.error().text;
    return (to->is_datagram() ? "datagram " : "stream ") + name_of(*to);
}

} // namespace

BOOST_AUTO_TEST_SUITE(destination)

BOOST_AUTO_TEST_CASE(every_form_names_a_kind_of_socket_and_a_place)
{
    struct row {
        char const* text;
        char const* verdict;
    };
    for (row const& one : {
             row{"8000", "stream 127.0.0.1:8000"},
             row{"host.example:8000", "stream host.example:8000"},
             row{"[::1]:8000", "stream [::1]:8000"},
             row{"tcp://127.0.0.1:8000", "stream 127.0.0.1:8000"},
             row{"tcp://8000", "stream 127.0.0.1:8000"},
             row{"udp://192.0.2.1:53", "datagram 192.0.2.1:53"},
             row{"udp://[2001:db8::1]:53", "datagram [2001:db8::1]:53"},
             row{"udp://localhost:53", "datagram localhost:53"},
             row{"/run/x.sock", "stream /run/x.sock"},
             row{"./x.sock", "stream ./x.sock"},
             row{"@name", "stream @name"},
             row{"unix:/run/x.sock", "stream /run/x.sock"},
             row{"unix:./x.sock", "stream ./x.sock"},
             row{"unix:x.sock", "stream ./x.sock"},
             row{"unix:8000", "stream ./8000"},
             row{"unix:@name", "stream @name"},
             row{"unixgram:/run/x.sock", "datagram /run/x.sock"},
             row{"unixgram:@name", "datagram @name"},
         })
        BOOST_TEST(judge(one.text) == one.verdict, one.text << ": " << judge(one.text));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_connected_to_is_refused_with_what_to_write)
{
    struct row {
        char const* text;
        char const* says;
    };
    for (row const& one : {
             row{"", "HOST:PORT"},
             row{"tcp://", "HOST:PORT"},
             row{"unix:", "unix:/run/x.sock"},
             row{"unixgram:", "path"},
             row{"http://127.0.0.1:8080", "tcp://HOST:PORT"},
             row{"tcp:///run/x.sock", "tcp:// wants a host and a port"},
             row{"udp://@name", "udp:// wants a host and a port"},
             row{"*:8000", "127.0.0.1:8000"},
             row{"udp://*:8000", "udp://127.0.0.1:8000"},
             row{"0", "port 0"},
             row{"127.0.0.1:0", "port 0"},
             row{"fd:web", "only a daemon inherits"},
             row{"65536", "65535"},
             row{"tcp://127.0.0.1:70000", "65535"},
             row{"tcp://127.0.0.1", "port"},
             row{"::1:8000", "[::1]:8000"},
             row{"unix:@", "name"},
         })
        BOOST_TEST(judge(one.text).find(one.says) != std::string::npos, one.text << ": " << judge(one.text));
    BOOST_TEST(!parse_destination("unix:/" + std::string(200, 'x')));
}

BOOST_AUTO_TEST_SUITE_END()
