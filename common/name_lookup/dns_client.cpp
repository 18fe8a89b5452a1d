// SPDX-License-Identifier: BSL-1.0
#include "common/name_lookup/dns_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include <sys/random.h>

namespace polyport {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds one_try{1000};
constexpr int most_tries = 6;
constexpr std::size_t largest_datagram = 4096;

template <class Protocol>
typename Protocol::endpoint endpoint_of(socket_address const& address)
{
    typename Protocol::endpoint made;
    sockaddr_storage storage;
    auto const length = address.fill(storage);
    std::memcpy(made.data(), &storage, length);
    made.resize(length);
    return made;
}

/// Ends the operations of a socket at a time, as long as both live.
template <class Socket>
class time_limit {
public:
    time_limit(boost::asio::io_context& loop, std::shared_ptr<Socket> const& socket, clock::time_point at)
        : timer_(loop, at)
    {
        timer_.async_wait([watched = std::weak_ptr<Socket>(socket)](error_code error) {
            boost::system::error_code ignored;
            if (auto const still = watched.lock(); still && !error)
                still->close(ignored);
        });
    }

private:
    boost::asio::steady_timer timer_;
};

std::uint16_t random_id() noexcept
{
    std::uint16_t id = 0; // the random port is what makes forging hard; this is the rest
    [[maybe_unused]] auto const got = ::getrandom(&id, sizeof id, GRND_NONBLOCK);
    return id;
}

task<dns_reply> ask_by_udp(boost::asio::io_context& loop, socket_address const& server,
                           dns_question const& question, clock::time_point until)
{
    using boost::asio::ip::udp;
    dns_reply reply;
    auto const id = random_id();
    auto const query = make_dns_query(question, id);
    auto const to = endpoint_of<udp>(server);
    auto const socket = std::make_shared<udp::socket>(loop);
    boost::system::error_code failed;
    socket->open(to.protocol(), failed);
    if (!failed)
        socket->connect(to, failed); // only this server's datagrams come in
    if (!failed)
        socket->send(boost::asio::buffer(query), 0, failed);
    if (failed || query.empty())
        co_return reply;
    time_limit<udp::socket> const limit(loop, socket, until);
    auto const memory = std::make_unique<std::array<char, largest_datagram>>();
    while (reply.what == dns_reply::kind::unusable) {
        auto const buffer = boost::asio::buffer(*memory);
        auto const [error, size] = co_await socket->async_receive(buffer, as_tuple_awaitable);
        if (error)
            break;
        reply = read_dns_reply({memory->data(), size}, question, id);
    }
    co_return reply;
}

task<dns_reply> ask_by_tcp(boost::asio::io_context& loop, socket_address const& server,
                           dns_question const& question, clock::time_point until)
{
    using boost::asio::ip::tcp;
    dns_reply reply;
    auto const id = random_id();
    auto query = make_dns_query(question, id);
    auto const size = static_cast<unsigned>(query.size());
    query =
        std::string{static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)} + query; // RFC 1035, 4.2.2
    auto const to = endpoint_of<tcp>(server);
    auto const socket = std::make_shared<tcp::socket>(loop);
    time_limit<tcp::socket> const limit(loop, socket, until);
    auto const [not_connected] = co_await socket->async_connect(to, as_tuple_awaitable);
    if (not_connected)
        co_return reply;
    auto const out = boost::asio::buffer(query);
    auto const [not_sent, sent] = co_await boost::asio::async_write(*socket, out, as_tuple_awaitable);
    if (not_sent)
        co_return reply;
    std::array<unsigned char, 2> length{};
    auto const length_buffer = boost::asio::buffer(length);
    auto const [no_length, two] =
        co_await boost::asio::async_read(*socket, length_buffer, as_tuple_awaitable);
    if (no_length)
        co_return reply;
    std::string bytes(static_cast<std::size_t>(length[0]) << 8 | length[1], '\0');
    auto const in = boost::asio::buffer(bytes);
    auto const [cut, got] = co_await boost::asio::async_read(*socket, in, as_tuple_awaitable);
    if (!cut)
        reply = read_dns_reply(bytes, question, id);
    co_return reply;
}

} // namespace

task<dns_reply> dns_client::ask(dns_question const& question, std::chrono::steady_clock::time_point until)
{
    dns_reply reply;
    for (int tried = 0; tried < most_tries; ++tried) {
        auto const now = clock::now();
        if (now >= until)
            break;
        auto const& server = servers_[static_cast<std::size_t>(tried) % servers_.size()];
        auto const at_most = std::min(until, now + one_try);
        auto by_udp = co_await ask_by_udp(loop_, server, question, at_most);
        reply = std::move(by_udp);
        if (reply.what == dns_reply::kind::truncated) {
            auto by_tcp = co_await ask_by_tcp(loop_, server, question, until);
            reply = std::move(by_tcp);
        }
        if (reply.what == dns_reply::kind::answered)
            break;
    }
    if (reply.what != dns_reply::kind::answered)
        reply = {};
    co_return reply;
}

} // namespace polyport
