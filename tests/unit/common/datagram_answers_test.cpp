// SPDX-License-Identifier: BSL-1.0
#include "common/datagram_server.hpp"
#include "common/runtime.hpp"
#include "tests/unit/common/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace polyport;

namespace {

/// `hello` is answered with that, and one `!` more for each byte behind `hello`, but two for the first.
void adds_to_it(datagram& message)
{
    auto const extra = message.text().size() - std::string_view("hello").size();
    auto const answer = "hello" + std::string(extra == 0 ? 0 : extra + 1, '!');
    message.reply(answer);
}

constexpr service_definition row{"adds", transports::datagrams, "answer with more", adds_to_it};

/// Without a loop: its messages come from the test.
class server final : public datagram_server {
public:
    using datagram_server::datagram_server;
    task<> run() override { co_return; }

    std::optional<std::size_t> answer(std::string_view message, socket_address const& sender)
    {
        std::array<char, 100> room{};
        message.copy(room.data(), room.size());
        return handle(room, message.size(), address(), sender);
    }
};

struct site {
    test::temporary_folder folder;
    server_settings settings = [this] {
        server_settings made;
        made.log.file = folder / "log";
        return made;
    }();
    logger log{settings.log};
    service_instance service{row, nullptr};
    std::optional<runtime> owner;

    site() { owner.emplace(settings, log, RLIM_INFINITY); }

    static listener socket_of(transport kind)
    {
        int const family = kind == transport::udp ? AF_INET : AF_UNIX;
        return {kind, unique_fd(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), {}, {}};
    }
};

socket_address loopback()
{
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(9);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return socket_address::from(reinterpret_cast<sockaddr*>(&v4), sizeof v4);
}

} // namespace

BOOST_AUTO_TEST_SUITE(datagram_answers)

// The sender's address may be that of a victim, which must not get more than he could send there himself.
BOOST_AUTO_TEST_CASE(over_udp_none_is_larger_than_what_it_answers)
{
    site at;
    server udp(*at.owner, at.service, site::socket_of(transport::udp));
    BOOST_TEST(udp.answer("hello", loopback()).value() == 5U);
    BOOST_TEST(!udp.answer("hello1", loopback()));
    BOOST_TEST(!udp.answer("hello12", loopback()));
    BOOST_TEST(at.service.stats.refused.of(refusal::answer_too_large) == 2U);
    BOOST_TEST(at.service.stats.messages_received == 3U);
    udp.stop();
}

BOOST_AUTO_TEST_CASE(a_unix_peer_is_who_it_says)
{
    site at;
    server local(*at.owner, at.service, site::socket_of(transport::unix_datagram));
    BOOST_TEST(local.answer("hello1", socket_address::from_unix(std::string_view("\0peer", 5))).value() ==
               7U);
    BOOST_TEST(at.service.stats.refused.of(refusal::answer_too_large) == 0U);
    local.stop();
}

BOOST_AUTO_TEST_SUITE_END()
